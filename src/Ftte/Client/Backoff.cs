using Ftte.Wire;

namespace Ftte;

/// <summary>Computes the wait after a failure: exponential backoff with random jitter.</summary>
/// <remarks>The n-th wait after a reset is min(initial factor^n, max) (1 + jitter u), u in [0, 1) from the seed. Not thread-safe.</remarks>
internal sealed class Backoff(FederatedClientOptions options)
{
    private readonly ulong _seed = WireMessage.GetSeed(options.ClientId, new UpdateId(options.Seed));
    private double _seconds = options.InitialBackoff.TotalSeconds;
    private ulong _drawn;

    public void Reset() => _seconds = options.InitialBackoff.TotalSeconds;

    /// <summary>Returns the wait after a failure.</summary>
    /// <param name="requested">The wait that the server requested, limited to <see cref="WireMessage.MaxDuration"/>; null to back off.</param>
    public TimeSpan Next(TimeSpan? requested = null)
    {
        double seconds = requested is { } wait ? Math.Clamp(wait.TotalSeconds, 0, WireMessage.MaxDuration.TotalSeconds) : _seconds;
        if (requested is null)
        {
            _seconds = Math.Min(_seconds * options.BackoffFactor, options.MaxBackoff.TotalSeconds);
        }

        double random = (SplitMix64.Mix(_seed + _drawn++) >> 11) * (1.0 / (1UL << 53));
        return TimeSpan.FromSeconds(seconds * (1 + (options.Jitter * random)));
    }
}
