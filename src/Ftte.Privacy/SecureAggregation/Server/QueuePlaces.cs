namespace Ftte.Privacy.SecureAggregation;

/// <summary>Stores since when devices have waited that left the queue a short time ago, so that a device whose transport ends long calls keeps its place. Not thread-safe.</summary>
/// <remarks>Memory: one entry per update that was assigned and announced, for at most the timeout of the queue.</remarks>
internal sealed class QueuePlaces
{
    private readonly Dictionary<(ClientId, UpdateId), long> _since = [];

    public void Keep(WaitingDevice left)
    {
        UpdateHeader header = left.Announcement.Header;
        _since[(header.Client, header.Id)] = left.Since;
    }

    /// <summary>Returns the timestamp since which the device waits.</summary>
    /// <param name="header">The header of its update.</param>
    /// <param name="now">The timestamp now.</param>
    public long Take(in UpdateHeader header, long now) => _since.Remove((header.Client, header.Id), out long since) ? since : now;

    /// <summary>Removes the places of devices that have not returned in time.</summary>
    /// <param name="isExpired">Determines whether a device that waits since a timestamp has waited too long.</param>
    public void RemoveExpired(Predicate<long> isExpired)
    {
        foreach (((ClientId, UpdateId) update, long since) in _since)
        {
            if (isExpired(since))
            {
                _since.Remove(update);
            }
        }
    }
}
