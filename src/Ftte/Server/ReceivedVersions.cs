namespace Ftte;

/// <summary>Which version each device was last sent by this server.</summary>
/// <remarks>
/// A device that outlived a restart of the server may hold a version of the same number but of another history; what it lacks is then not what
/// <see cref="RefreshLog"/> says. So only a version that this server itself has sent is believed. One small record per device, forgotten when the
/// version is too old to matter. Not thread-safe.
/// </remarks>
internal sealed class ReceivedVersions
{
    private readonly Dictionary<ClientId, LinkedListNode<(ClientId Client, ModelVersion Version)>> _byClient = [];
    private readonly LinkedList<(ClientId Client, ModelVersion Version)> _byAge = [];

    public int Count => _byAge.Count;

    public bool Contains(ClientId client, ModelVersion version) => _byClient.TryGetValue(client, out var node) && node.Value.Version == version;

    /// <summary>Notes that a device is sent the current version, and forgets those who hold one older than <paramref name="oldest"/>.</summary>
    public void Note(ClientId client, ModelVersion current, ModelVersion oldest)
    {
        while (_byAge.First is { } first && first.Value.Version < oldest)
        {
            Remove(first);
        }

        if (_byClient.TryGetValue(client, out var before))
        {
            Remove(before);
        }

        _byClient.Add(client, _byAge.AddLast((client, current)));
    }

    private void Remove(LinkedListNode<(ClientId Client, ModelVersion Version)> node)
    {
        _byAge.Remove(node);
        _byClient.Remove(node.Value.Client);
    }
}
