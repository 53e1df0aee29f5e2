namespace Ftte;

/// <summary>The clients that the server remembers, least recently seen first.</summary>
/// <remarks>
/// Bounded by <see cref="FederatedServerOptions.MaxClients"/> and <see cref="FederatedServerOptions.ClientRetention"/>. A client that was forgotten starts
/// again like a new one. Not thread-safe.
/// </remarks>
internal sealed class ClientTable(FederatedServerOptions options, TimeProvider time)
{
    private readonly Dictionary<ClientId, LinkedListNode<ClientRecord>> _byClient = [];
    private readonly LinkedList<ClientRecord> _bySeen = [];

    public int Count => _bySeen.Count;

    /// <summary>Gets the records, most recently seen first.</summary>
    public IEnumerable<ClientRecord> MostRecentFirst
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

    /// <summary>Notes that a client was seen and returns its record, a new one if the client is unknown.</summary>
    public ClientRecord See(ClientId client)
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

    /// <summary>Adds a record that was saved, as the most recently seen.</summary>
    public void Add(ClientRecord record) => _byClient.Add(record.Client, _bySeen.AddLast(record));

    /// <summary>Removes the least recently seen record that must be forgotten.</summary>
    /// <returns>The record removed; null if all may stay.</returns>
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
