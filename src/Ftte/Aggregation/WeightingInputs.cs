namespace Ftte.Aggregation;

/// <summary>Specifies the statistics that are measured only if a weighting asks for them.</summary>
[Flags]
public enum WeightingInputs
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary><see cref="UpdateStatistics.Alignment"/>: one more pass over each update, and one vector of the model's length.</summary>
    Alignment = 1,

    /// <summary>
    /// <see cref="UpdateStatistics.DriftNorm"/> and <see cref="UpdateStatistics.DriftAlignment"/>: one more pass over each update, and every version of
    /// the model that an update may still be trained on.
    /// </summary>
    Drift = 2,
}
