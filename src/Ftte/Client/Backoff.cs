using Ftte.Wire;

namespace Ftte;

/// <summary>Computes the wait after a failure: exponential backoff with random jitter.</summary>
/// <remarks>The n-th wait after a reset is min(initial factor^n, max) (1 + jitter u), u in [0, 1) from the seed. Not thread-safe.</remarks>
internal sealed class Backoff(FederatedClientOptions options)
{
    /// <summary>The shortest wait that a timer represents, because timers count whole milliseconds.</summary>
    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(1);

    private readonly ulong _seed = WireMessage.GetSeed(options.ClientId, new UpdateId(options.Seed));
    private double _seconds = options.InitialBackoff.TotalSeconds;
    private ulong _drawn;

    public void Reset() => _seconds = options.InitialBackoff.TotalSeconds;

    /// <summary>Returns the wait after a failure.</summary>
    /// <param name="requested">The wait that the server requested, limited to <see cref="WireMessage.MaxDuration"/>; null to back off.</param>
    /// <param name="held">The time for which the server held the call before it answered.</param>
    public TimeSpan Next(TimeSpan? requested = null, TimeSpan held = default)
    {
        // A server requests no wait after it held a call until its time limit. If it answers at once, the device must not call again at once, without end.
        if (requested < MinWait)
        {
            requested = options.InitialBackoff - held;
        }

        double seconds = requested is { } wait ? Math.Clamp(wait.TotalSeconds, 0, WireMessage.MaxDuration.TotalSeconds) : _seconds;
        if (requested is null)
        {
            _seconds = Math.Min(_seconds * options.BackoffFactor, options.MaxBackoff.TotalSeconds);
        }

        double random = (SplitMix64.Mix(_seed + _drawn++) >> 11) * (1.0 / (1UL << 53));
        return TimeSpan.FromSeconds(seconds * (1 + (options.Jitter * random)));
    }
}
