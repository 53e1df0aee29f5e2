namespace Wearables.Privacy;

/// <summary>Represents the results of all settings, with a row per seed.</summary>
/// <param name="rows">The rows.</param>
internal sealed class PrivacyResults(IReadOnlyDictionary<PrivacySetting, IReadOnlyList<PrivacyRow>> rows)
{
    public IReadOnlyList<PrivacyRow> this[PrivacySetting setting] => rows[setting];

    /// <summary>Returns the mean of a figure over the seeds.</summary>
    public double Mean(PrivacySetting setting, Func<PrivacyRow, double> figure) => rows[setting].Average(figure);

    /// <summary>Returns the lowest and the highest value of a figure over the seeds.</summary>
    public (double Lowest, double Highest) Range(PrivacySetting setting, Func<PrivacyRow, double> figure) => (rows[setting].Min(figure), rows[setting].Max(figure));
}
