using System.Runtime.InteropServices;

namespace Ftte;

/// <summary>Remembers which updates were accepted, so that one sent twice counts once; forgets those that would be too old anyway.</summary>
/// <remarks>Sized for a buffer at once, so that accepting an update allocates nothing.</remarks>
internal sealed class AcceptedUpdates(int capacity, long rememberedVersions)
{
    private readonly HashSet<(ClientId, UpdateId)> _known = new(Math.Min(capacity, LargestReserve));
    private readonly Queue<((ClientId, UpdateId) Name, ModelVersion At)> _byAge = new(Math.Min(capacity, LargestReserve));
    private readonly Dictionary<ClientId, int> _inBuffer = new(Math.Min(capacity, LargestReserve));

    private const int LargestReserve = 4096;

    public bool Contains(in UpdateHeader header) => _known.Contains((header.Client, header.Id));

    /// <summary>Counts the client's updates in the current buffer.</summary>
    public int CountInBuffer(ClientId client) => _inBuffer.GetValueOrDefault(client);

    public void Add(in UpdateHeader header, ModelVersion current)
    {
        _known.Add((header.Client, header.Id));
        _byAge.Enqueue(((header.Client, header.Id), current));
        CollectionsMarshal.GetValueRefOrAddDefault(_inBuffer, header.Client, out _)++;
    }

    public void Publish(ModelVersion current)
    {
        _inBuffer.Clear();
        while (_byAge.TryPeek(out var oldest) && current - oldest.At > rememberedVersions)
        {
            _known.Remove(_byAge.Dequeue().Name);
        }
    }
}
