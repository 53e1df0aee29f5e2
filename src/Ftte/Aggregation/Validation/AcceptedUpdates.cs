using System.Runtime.InteropServices;
using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Tracks the IDs of accepted updates, so that an update that is sent twice counts once. Drops IDs of updates that would be too stale anyway.</summary>
/// <remarks>Preallocated for one buffer, so that accepting an update does not allocate.</remarks>
internal sealed class AcceptedUpdates(int capacity, long retainedVersions)
{
    private const int MaxReserve = 4096;

    private readonly HashSet<(ClientId, UpdateId)> _known = new(Math.Min(capacity, MaxReserve));
    private readonly Queue<((ClientId, UpdateId) Name, ModelVersion At)> _published = new(Math.Min(capacity, MaxReserve));
    private readonly List<(ClientId Client, UpdateId Id)> _buffer = new(Math.Min(capacity, MaxReserve));
    private readonly Dictionary<ClientId, int> _inBuffer = new(Math.Min(capacity, MaxReserve));

    public bool Contains(in UpdateHeader header) => Contains(header.Client, header.Id);

    /// <summary>Counts the client's updates in the current buffer.</summary>
    public int CountInBuffer(ClientId client) => _inBuffer.GetValueOrDefault(client);

    public void Add(in UpdateHeader header) => Add(header.Client, header.Id);

    /// <summary>Records that the buffer was published as a version.</summary>
    /// <param name="trainedFor">The version that was current while the buffer filled.</param>
    public void Publish(ModelVersion trainedFor)
    {
        foreach ((ClientId, UpdateId) name in _buffer)
        {
            _published.Enqueue((name, trainedFor));
        }

        _buffer.Clear();
        _inBuffer.Clear();
        while (_published.TryPeek(out var oldest) && trainedFor.Next - oldest.At > retainedVersions)
        {
            _known.Remove(_published.Dequeue().Name);
        }
    }

    /// <summary>Removes the updates of the current buffer, so that they may be sent again.</summary>
    public void Discard()
    {
        foreach ((ClientId, UpdateId) name in _buffer)
        {
            _known.Remove(name);
        }

        _buffer.Clear();
        _inBuffer.Clear();
    }

    public void Save(StateWriter writer)
    {
        writer.Int32(_published.Count);
        foreach (((ClientId client, UpdateId id), ModelVersion at) in _published)
        {
            writer.Client(client);
            writer.UInt64(id.Value);
            writer.Int64(at.Number);
        }

        SaveBuffer(writer);
    }

    /// <summary>Writes the updates of the current buffer.</summary>
    public void SaveBuffer(StateWriter writer)
    {
        writer.Int32(_buffer.Count);
        foreach ((ClientId client, UpdateId id) in _buffer)
        {
            writer.Client(client);
            writer.UInt64(id.Value);
        }
    }

    public void Load(ref StateReader reader)
    {
        int published = reader.Count("number of accepted updates", 2 + (2 * sizeof(long)));
        for (int i = 0; i < published; i++)
        {
            (ClientId, UpdateId) name = (reader.Client(), new UpdateId(reader.UInt64()));
            _known.Add(name);
            _published.Enqueue((name, new ModelVersion(reader.Int64("version of an accepted update"))));
        }

        foreach ((ClientId client, UpdateId id) in ReadBuffer(ref reader))
        {
            Add(client, id);
        }
    }

    /// <summary>Reads the updates of a buffer that was saved, without adding them.</summary>
    public static (ClientId Client, UpdateId Id)[] ReadBuffer(ref StateReader reader)
    {
        var updates = new (ClientId, UpdateId)[reader.Count("number of updates in the buffer", 2 + sizeof(long))];
        for (int i = 0; i < updates.Length; i++)
        {
            updates[i] = (reader.Client(), new UpdateId(reader.UInt64()));
        }

        return updates;
    }

    /// <summary>Determines whether an update was accepted.</summary>
    public bool Contains(ClientId client, UpdateId id) => _known.Contains((client, id));

    public void Add(ClientId client, UpdateId id)
    {
        _known.Add((client, id));
        _buffer.Add((client, id));
        CollectionsMarshal.GetValueRefOrAddDefault(_inBuffer, client, out _)++;
    }
}
