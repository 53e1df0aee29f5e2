using Ftte.Common;
using Ftte.Serialization;

namespace Ftte;

/// <summary>Stores the assignments, the lease and the share of the buffer of each client, least recently seen first. <see cref="DeviceRegistry"/> stores memory budgets.</summary>
/// <remarks>
/// Bounded by <see cref="FederatedServerOptions.MaxClients"/> and <see cref="FederatedServerOptions.ClientRetention"/>. A client with a removed record
/// is treated as a new one. Not thread-safe.
/// </remarks>
internal sealed class ClientTable(FederatedServerOptions options, TimeProvider time)
{
    private readonly Dictionary<ClientId, LinkedListNode<ClientRecord>> _byClient = [];
    private readonly LinkedList<ClientRecord> _bySeen = [];

    public int Count => _bySeen.Count;

    /// <summary>Gets the records, most recently seen first.</summary>
    public IEnumerable<ClientRecord> NewestFirst
    {
        get
        {
            for (LinkedListNode<ClientRecord>? node = _bySeen.Last; node is not null; node = node.Previous)
            {
                yield return node.Value;
            }
        }
    }

    public ClientRecord? Find(ClientId client) => _byClient.TryGetValue(client, out LinkedListNode<ClientRecord>? node) ? node.Value : null;

    /// <summary>Records that a client was seen and returns its record, a new one if the client is unknown.</summary>
    public ClientRecord Touch(ClientId client)
    {
        if (_byClient.TryGetValue(client, out LinkedListNode<ClientRecord>? node))
        {
            _bySeen.Remove(node);
            _bySeen.AddLast(node);
        }
        else
        {
            node = _bySeen.AddLast(new ClientRecord(client));
            _byClient.Add(client, node);
        }

        node.Value.LastSeen = time.GetTimestamp();
        return node.Value;
    }

    /// <summary>Writes the records, least recently seen first.</summary>
    public void Save(StateWriter writer)
    {
        writer.Int32(Count);
        foreach (ClientRecord record in _bySeen)
        {
            writer.Client(record.Client);
            writer.Duration(time.GetElapsedTime(record.LastSeen));
            writer.Int64(record.WaitsInBuffer);
            writer.Int64(record.AskedInSurvey);
            writer.UInt64(record.SurveyId.Value);
            writer.Flag(record.HasAnsweredSurvey);
            writer.Byte((byte)record.Assignments.Length);
            foreach (IssuedAssignment assignment in record.Assignments)
            {
                assignment.Save(writer);
            }
        }
    }

    public void Load(ref StateReader reader)
    {
        const int MinBytes = 40;
        int count = reader.Count("number of clients", MinBytes);
        for (int i = 0; i < count; i++)
        {
            var record = new ClientRecord(reader.Client())
            {
                LastSeen = time.GetTimestampBefore(reader.Duration("time since a client was seen")),
                WaitsInBuffer = reader.Int64("number of a buffer", min: -1),
                AskedInSurvey = reader.Int64("number of a survey", min: -1),
                SurveyId = new UpdateId(reader.UInt64()),
                HasAnsweredSurvey = reader.Flag("flag of an answer"),
            };
            for (int assignments = reader.Byte(); assignments > 0; assignments--)
            {
                record.Add(IssuedAssignment.Load(ref reader));
            }

            if (_byClient.ContainsKey(record.Client))
            {
                throw StateReader.Bad("number of records of one client", 2);
            }

            Add(record);
        }
    }

    /// <summary>Adds a record that was saved, as the most recently seen.</summary>
    private void Add(ClientRecord record) => _byClient.Add(record.Client, _bySeen.AddLast(record));

    /// <summary>Removes the least recently seen record if it has expired or the table has too many records.</summary>
    /// <returns>The removed record; null if none was removed.</returns>
    public ClientRecord? RemoveExpired()
    {
        if (_bySeen.First is not { } oldest
            || (_bySeen.Count <= options.MaxClients && time.GetElapsedTime(oldest.Value.LastSeen) < options.ClientRetention))
        {
            return null;
        }

        _bySeen.Remove(oldest);
        _byClient.Remove(oldest.Value.Client);
        return oldest.Value;
    }
}
