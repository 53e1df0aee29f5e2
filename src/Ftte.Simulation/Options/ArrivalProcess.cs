using System.Collections.Immutable;
using System.Globalization;
using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation;

/// <summary>Represents the times at which devices ask for work by themselves (open loop).</summary>
/// <remarks>Each arrival is an idle device. If the server has no work, the device is turned away. Immutable.</remarks>
public sealed class ArrivalProcess
{
    private readonly double _perSecond;
    private readonly ImmutableArray<Arrival> _trace;

    private ArrivalProcess(double perSecond, ImmutableArray<Arrival> trace) => (_perSecond, _trace) = (perSecond, trace);

    /// <summary>Gets a value that indicates whether the process never ends.</summary>
    public bool IsEndless => _trace.IsDefault;

    /// <summary>Creates a Poisson process: arrivals are independent of each other.</summary>
    /// <param name="perSecond">The mean number of arrivals per second; finite, positive.</param>
    /// <returns>The process.</returns>
    public static ArrivalProcess Poisson(double perSecond) => new(Guard.Positive(perSecond), default);

    /// <summary>Creates a process from a list of arrivals.</summary>
    /// <param name="arrivals">The arrivals in order.</param>
    /// <returns>The process.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative or more than 1e9 seconds. The message states the arrival.</exception>
    public static ArrivalProcess Listed(params ReadOnlySpan<Arrival> arrivals)
    {
        for (int i = 0; i < arrivals.Length; i++)
        {
            if (!IsTime(arrivals[i].Gap) || !IsTime(arrivals[i].JobDuration ?? TimeSpan.Zero))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(arrivals), arrivals[i], string.Create(CultureInfo.InvariantCulture, $"The times of arrival {i} are not both between 0 and {TimeLimits.MaxSeconds:R} seconds, the maximum duration of a run. Correct them."));
            }
        }

        return new(0, [.. arrivals]);
    }

    /// <summary>Returns the arrival with a number; null after the last.</summary>
    internal Arrival? At(long number, ulong seed)
    {
        if (!IsEndless)
        {
            return number < _trace.Length ? _trace[(int)number] : null;
        }

        var random = new SeededRandom(seed, RandomKey.Arrival, (ulong)number);
        double seconds = -PortableMath.Log(1 - random.NextDouble()) / _perSecond;
        return new Arrival(TimeSpan.FromSeconds(Math.Min(seconds, TimeLimits.MaxSeconds)));
    }

    private static bool IsTime(TimeSpan time) => time >= TimeSpan.Zero && time <= TimeSpan.FromSeconds(TimeLimits.MaxSeconds);
}
