namespace Ftte.Privacy.SecureAggregation;

/// <summary>Stores the cohorts that run, and the receipts of recent updates, so that an update that is announced again counts once. Not thread-safe.</summary>
internal sealed class CohortTable : IDisposable
{
    private const int MaxReceipts = 10_000, MaxEndedCohorts = 64;

    private readonly Dictionary<Guid, (CohortRun Run, Task<UpdateReceipt?[]> Receipts)> _cohorts = [];
    private readonly Dictionary<ClientId, CohortRun> _members = [];
    private readonly Queue<Guid> _ended = [];
    private readonly Dictionary<(ClientId, UpdateId), UpdateReceipt> _receipts = [];
    private readonly Queue<(ClientId, UpdateId)> _order = [];

    public SecureAggregationTotals Totals { get; private set; } = new(0, 0, 0, 0);

    public void Add(CohortRun run, Task<UpdateReceipt?[]> receipts)
    {
        _cohorts.Add(run.Id, (run, receipts));
        foreach (UpdateHeader header in run.Headers)
        {
            _members[header.Client] = run;
        }
    }

    /// <summary>Returns a cohort that runs or ended recently.</summary>
    public CohortRun? Find(Guid cohort) => _cohorts.TryGetValue(cohort, out var found) ? found.Run : null;

    public Task<UpdateReceipt?[]> GetReceipts(CohortRun run) => _cohorts[run.Id].Receipts;

    /// <summary>Returns the cohort that runs and has not failed of which a client is a member; null if there is none.</summary>
    public CohortRun? FindRunning(ClientId client) => _members.TryGetValue(client, out CohortRun? run) && !run.Sum.IsFaulted ? run : null;

    /// <summary>Returns the receipt of an update that a cohort contributed; null if there is none.</summary>
    public UpdateReceipt? FindEarlier(in UpdateHeader header) =>
        _receipts.TryGetValue((header.Client, header.Id), out UpdateReceipt receipt) ? receipt.IsAccepted ? receipt with { Outcome = UpdateOutcome.Duplicate } : receipt : null;

    /// <summary>Ends a cohort. Late members still get their receipts for a while.</summary>
    public void End(CohortRun run, UpdateReceipt?[] receipts)
    {
        run.Dispose();
        int contributors = receipts.Count(receipt => receipt is not null);
        Totals = contributors == 0
            ? Totals with { Failed = Totals.Failed + 1 }
            : new(Totals.Completed + 1, Totals.Failed, Totals.Contributions + contributors, Totals.Completed == 0 ? contributors : Math.Min(Totals.MinContributors, contributors));
        for (int i = 0; i < receipts.Length; i++)
        {
            UpdateHeader header = run.Headers[i];
            if (_members.GetValueOrDefault(header.Client) == run)
            {
                _members.Remove(header.Client);
            }

            if (receipts[i] is { } receipt && _receipts.TryAdd((header.Client, header.Id), receipt))
            {
                _order.Enqueue((header.Client, header.Id));
            }
        }

        while (_order.Count > MaxReceipts)
        {
            _receipts.Remove(_order.Dequeue());
        }

        _ended.Enqueue(run.Id);
        while (_ended.Count > MaxEndedCohorts)
        {
            _cohorts.Remove(_ended.Dequeue());
        }
    }

    public void Dispose()
    {
        foreach ((CohortRun run, _) in _cohorts.Values)
        {
            run.Dispose();
        }
    }
}
