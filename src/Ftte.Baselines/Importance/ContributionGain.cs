namespace Ftte.Baselines;

/// <summary>Specifies the unit of a gain.</summary>
public enum ContributionGain
{
    /// <summary>The increase of the accuracy, in [0, 1].</summary>
    Accuracy,

    /// <summary>The decrease of the mean loss.</summary>
    Loss,
}
