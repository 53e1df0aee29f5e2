namespace ZooLearning.Learning;

/// <summary>Represents a row of the table.</summary>
/// <param name="Network">The network.</param>
/// <param name="Data">The data set.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Start">The start: random weights or a trained base.</param>
/// <param name="Trains">The trained parameters: all or a subset.</param>
/// <param name="Chance">The quality of a model that ignores its input.</param>
/// <param name="Before">The quality at the start.</param>
/// <param name="Central">The quality after central training.</param>
/// <param name="Federated">The quality after the federation.</param>
/// <param name="Versions">The number of versions that the federation published.</param>
/// <param name="Refused">The number of updates that the server rejected because a value was not finite.</param>
/// <param name="PeakBytes">The memory that training takes on a device.</param>
/// <param name="Settings">What the row depends on besides network, seed, start and trained parameters; a row with other settings is not reused.</param>
internal sealed record ZooRow(
    string Network,
    string Data,
    ulong Seed,
    string Start,
    string Trains,
    double Chance,
    double Before,
    double Central,
    double Federated,
    long Versions,
    long Refused,
    long PeakBytes,
    string? Settings)
{
    public const string Random = "random", Base = "base", All = "all", Subset = "subset";

    public const double MinGain = 0.1, MinShare = 0.7, Tolerance = 0.02;

    /// <summary>Gets a value that indicates whether the federation learns: clearly above chance, not below the start, and most of what central training learns.</summary>
    public bool Learns =>
        Federated >= Chance + (MinGain * (1 - Chance)) && Federated >= Before - Tolerance && Federated - Before >= (MinShare * (Central - Before)) - Tolerance;
}
