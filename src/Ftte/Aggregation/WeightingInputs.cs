namespace Ftte.Aggregation;

/// <summary>Specifies the statistics that are measured only if a weighting requests them.</summary>
[Flags]
public enum WeightingInputs
{
    /// <summary>No optional statistics.</summary>
    None = 0,

    /// <summary><see cref="UpdateStatistics.Alignment"/>. Requires an additional pass over each update, and one vector of the model's length.</summary>
    Alignment = 1,

    /// <summary>
    /// <see cref="UpdateStatistics.DriftNorm"/> and <see cref="UpdateStatistics.DriftAlignment"/>. Requires an additional pass over each update, and the memory of all
    /// versions that accepted updates may have been trained on.
    /// </summary>
    Drift = 2,
}
