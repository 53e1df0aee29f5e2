using System.Globalization;

namespace Ftte.Simulation.Reports.Statistics;

/// <summary>Represents the unit of all times in a report.</summary>
/// <param name="Seconds">The seconds in one unit.</param>
/// <param name="Name">The name, in the plural.</param>
/// <param name="Symbol">The symbol.</param>
internal readonly record struct TimeUnit(double Seconds, string Name, string Symbol)
{
    /// <summary>Gets a readable unit for times up to an end.</summary>
    public static TimeUnit For(TimeSpan end) => end.TotalHours switch
    {
        <= 2 => new(1, "seconds", "s"),
        <= 12 => new(60, "minutes", "min"),
        <= 240 => new(3600, "hours", "h"),
        _ => new(86_400, "days", "d"),
    };

    /// <summary>Gets the unit for the longest of several runs.</summary>
    public static TimeUnit For(IEnumerable<SimulationResult> runs) => For(runs.Select(run => run.Duration).DefaultIfEmpty().Max());

    /// <summary>Expresses a time in the unit.</summary>
    public double Of(TimeSpan time) => time.TotalSeconds / Seconds;

    /// <summary>Writes a number of the unit with the symbol, such as <c>106 s</c>; units longer than a second with one decimal.</summary>
    public string Text(double value) => string.Create(CultureInfo.InvariantCulture, $"{value.ToString(Seconds > 1 ? "#,0.0" : "#,0", CultureInfo.InvariantCulture)} {Symbol}");

    /// <summary>Gets the label of an axis of virtual time.</summary>
    public string AxisLabel => $"virtual time ({Name})";
}
