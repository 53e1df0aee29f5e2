namespace Ftte.Orleans;

/// <summary>Remembers which memory budgets a shard has written to the database, so that a client that asks for work again and again does not cause as many writes.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="lifetime">The time after which a budget is written again, so that the client is not forgotten while it asks for work.</param>
/// <param name="max">The maximum number of clients to remember. Beyond it, all are forgotten.</param>
/// <param name="time">The clock.</param>
internal sealed class BudgetReports(TimeSpan lifetime, int max, TimeProvider time)
{
    private readonly Dictionary<ClientId, (long MemoryBudgetBytes, long WrittenAt)> _written = [];

    /// <summary>Records that a budget is written now, unless it was written before.</summary>
    /// <returns>True if it must be written.</returns>
    public bool TryBegin(ClientId client, long memoryBudgetBytes)
    {
        if (_written.TryGetValue(client, out (long MemoryBudgetBytes, long WrittenAt) known) && known.MemoryBudgetBytes == memoryBudgetBytes && time.GetElapsedTime(known.WrittenAt) < lifetime)
        {
            return false;
        }

        if (_written.Count >= max && !_written.ContainsKey(client))
        {
            _written.Clear();
        }

        _written[client] = (memoryBudgetBytes, time.GetTimestamp());
        return true;
    }

    /// <summary>Forgets a client whose budget could not be written.</summary>
    public void Remove(ClientId client) => _written.Remove(client);
}
