using System.Collections.Immutable;
using System.Globalization;
using Ftte.Simulation.Common;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation;

/// <summary>When devices come and ask for work: the open loop.</summary>
/// <remarks>Whoever is idle comes; a device that comes while as many are at work as the rule allows is turned away. Immutable.</remarks>
public sealed class ArrivalProcess
{
    private readonly double _perSecond;
    private readonly ImmutableArray<Arrival> _trace;

    private ArrivalProcess(double perSecond, ImmutableArray<Arrival> trace) => (_perSecond, _trace) = (perSecond, trace);

    /// <summary>Gets whether it goes on for ever.</summary>
    public bool IsEndless => _trace.IsDefault;

    /// <summary>Lets devices come independently of each other.</summary>
    /// <param name="perSecond">How many come per second on average; finite, positive.</param>
    /// <returns>The process.</returns>
    public static ArrivalProcess Poisson(double perSecond) => new(Guard.Positive(perSecond), default);

    /// <summary>Lets devices come as listed.</summary>
    /// <param name="arrivals">The arrivals in order.</param>
    /// <returns>The process.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative or longer than any run, 1e9 seconds; the message says which.</exception>
    public static ArrivalProcess Listed(params ReadOnlySpan<Arrival> arrivals)
    {
        for (int i = 0; i < arrivals.Length; i++)
        {
            if (!IsTime(arrivals[i].Gap) || !IsTime(arrivals[i].JobDuration ?? TimeSpan.Zero))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(arrivals), arrivals[i], string.Create(CultureInfo.InvariantCulture, $"The times of arrival {i} are not both within 0 and {TimeLimits.MaxSeconds:R} seconds, longer than which no run lasts."));
            }
        }

        return new(0, [.. arrivals]);
    }

    /// <summary>Gives the arrival of a number; null after the last.</summary>
    internal Arrival? At(long number, ulong seed)
    {
        if (!IsEndless)
        {
            return number < _trace.Length ? _trace[(int)number] : null;
        }

        var random = new SeededRandom(seed, RandomKey.Arrival, (ulong)number);
        double seconds = -Math.Log(1 - random.NextDouble()) / _perSecond;
        return new Arrival(TimeSpan.FromSeconds(Math.Min(seconds, TimeLimits.MaxSeconds)));
    }

    private static bool IsTime(TimeSpan time) => time >= TimeSpan.Zero && time <= TimeSpan.FromSeconds(TimeLimits.MaxSeconds);
}
