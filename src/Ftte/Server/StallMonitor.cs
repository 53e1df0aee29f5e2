using Ftte.Aggregation;
using Ftte.Diagnostics;

namespace Ftte;

/// <summary>Detects that no version can be published and determines the reason, so that the log distinguishes a stalled federation from a slow one.</summary>
/// <remarks>
/// Checked on every response to a client, and every <see cref="FederatedServerOptions.StallCheckInterval"/>, because devices that send no requests are a stall, too. A stall is
/// reported once, and again each time its duration has doubled. Not thread-safe.
/// </remarks>
internal sealed class StallMonitor(FederatedServerOptions options, ClientTable clients, LeaseTable leases, BufferLimits? limits, PublicationPace pace, TimeProvider time)
{
    /// <summary>The number of <see cref="FederatedServerOptions.BusyRetryAfter"/> waits after which missing clients are reported: enough for clients that connect at about the same time.</summary>
    private const int GraceWaits = 10;

    /// <summary>The number of average publication intervals without a version after which a stall is suspected.</summary>
    private const int PatienceIntervals = 10;

    private readonly Tally<CheckOutOutcome> _checkOuts = new();
    private readonly Tally<UpdateOutcome> _updates = new();
    private long _since = time.GetTimestamp();
    private long _requestedAt = time.GetTimestamp();
    private long _acceptedAt = time.GetTimestamp();
    private TimeSpan _due = options.BusyRetryAfter * GraceWaits;
    private int _buffered = limits?.Count ?? 0;

    /// <summary>Gets the time since the last version, or since the server started.</summary>
    public TimeSpan SincePublication => time.GetElapsedTime(_since);

    private TimeSpan Grace => options.BusyRetryAfter * GraceWaits;

    private TimeSpan Patience => TimeSpan.FromSeconds(Math.Max(options.LeaseDuration.TotalSeconds, PatienceIntervals * pace.AverageSeconds));

    public void CheckedOut(CheckOutOutcome outcome)
    {
        _checkOuts.Add(outcome);
        _requestedAt = time.GetTimestamp();
    }

    public void Answered(UpdateOutcome outcome)
    {
        _updates.Add(outcome);
        _requestedAt = time.GetTimestamp();
        if (outcome == UpdateOutcome.Buffered)
        {
            _buffered++;
            _acceptedAt = _requestedAt;
        }
    }

    /// <summary>Records that a version was published.</summary>
    public void Published()
    {
        _since = _requestedAt = _acceptedAt = time.GetTimestamp();
        _due = Grace;
        _checkOuts.Clear();
        _updates.Clear();
        _buffered = 0;
    }

    /// <summary>Records that a version was refused and its buffer discarded.</summary>
    public void Refused() => _buffered = 0;

    /// <summary>Returns the stall to report now; null if there is none.</summary>
    public Stall? Check()
    {
        TimeSpan elapsed = SincePublication;
        if (elapsed < _due)
        {
            return null;
        }

        StallReason reason = Find(elapsed);
        _due = reason == StallReason.None ? elapsed + Grace : elapsed * 2;
        return reason == StallReason.None ? null : new Stall(reason, elapsed)
        {
            SinceRequest = time.GetElapsedTime(_requestedAt),
            SinceAccepted = time.GetElapsedTime(_acceptedAt),
            Buffered = _buffered,
            Capacity = limits?.Capacity,
            Clients = clients.Count,
            Waiting = leases.WaitingCount,
            Requests = _checkOuts.Sum,
            MostFrequentDenial = _checkOuts.MostFrequent(IsDenial),
            Updates = _updates.Sum,
            Rejected = _updates.Count(IsRejection),
            MostFrequentRejection = _updates.MostFrequent(IsRejection),
            Assignments = _checkOuts[CheckOutOutcome.Assigned],
        };
    }

    private static bool IsDenial(CheckOutOutcome outcome) =>
        outcome is CheckOutOutcome.NotEnoughMemory or CheckOutOutcome.LayoutMismatch or CheckOutOutcome.UnknownClient;

    private static bool IsRejection(UpdateOutcome outcome) => outcome is not (UpdateOutcome.Buffered or UpdateOutcome.Published or UpdateOutcome.Duplicate or UpdateOutcome.Surveyed or UpdateOutcome.Evaluated);

    private StallReason Find(TimeSpan elapsed)
    {
        // With a publication timeout, an incomplete buffer is offered for publication first. It is stalled only if it was not published then.
        bool isOffered = options.PublishTimeout is not { } timeout || elapsed >= timeout * 2;
        if (isOffered && !CanFill(options.ClientRetention))
        {
            return StallReason.BufferCannotFill;
        }

        if (elapsed < Patience)
        {
            return StallReason.None;
        }

        if (time.GetElapsedTime(_requestedAt) >= Patience)
        {
            return StallReason.NoRequest;
        }

        long assigned = _checkOuts[CheckOutOutcome.Assigned];
        long rejected = _updates.Count(IsRejection);
        return rejected > 0 && rejected == _updates.Sum ? StallReason.NoUpdateAccepted
            : assigned == 0 && _updates.Sum == 0 && _checkOuts.Count(IsDenial) > 0 ? StallReason.NoClientEligible
            : assigned > 0 && _updates.Sum == 0 ? StallReason.NoUpdateReceived
            : isOffered && !CanFill(options.LeaseDuration) ? StallReason.BufferCannotFill
            : time.GetElapsedTime(_acceptedAt) >= Patience ? StallReason.NoProgress
            : StallReason.None;
    }

    /// <summary>Determines whether the clients that were seen within a time and have unused shares can complete the buffer.</summary>
    private bool CanFill(TimeSpan window)
    {
        if (clients.Count == 0)
        {
            return true;
        }

        long missing = limits is { } known ? known.Capacity - _buffered : 1;
        long share = limits?.MaxUpdatesPerClient ?? 1;
        foreach (ClientRecord client in clients.NewestFirst)
        {
            if (missing <= 0 || time.GetElapsedTime(client.LastSeen) > window)
            {
                break;
            }

            missing -= leases.IsWaiting(client) || client.NeverTrains ? 0 : share;
        }

        return missing <= 0;
    }

    /// <summary>Counts outcomes.</summary>
    private sealed class Tally<T>
        where T : struct, Enum
    {
        private readonly Dictionary<T, long> _counts = [];

        public long this[T outcome] => _counts.GetValueOrDefault(outcome);

        public long Sum => _counts.Values.Sum();

        public void Add(T outcome) => _counts[outcome] = this[outcome] + 1;

        public void Clear() => _counts.Clear();

        public long Count(Func<T, bool> isCounted) => _counts.Where(pair => isCounted(pair.Key)).Sum(pair => pair.Value);

        public T MostFrequent(Func<T, bool> isCounted) => _counts.Where(pair => isCounted(pair.Key)).OrderByDescending(pair => pair.Value).Select(pair => pair.Key).FirstOrDefault();
    }
}
