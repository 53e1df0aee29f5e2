using System.Collections.Immutable;
using Ftte.TinyEngine.Personalization;

namespace Wearables.Learning;

/// <summary>Represents a method.</summary>
/// <param name="Name">The name.</param>
/// <param name="Training">The training.</param>
/// <param name="CreatePolicy">Creates the personalization policy from the names of the blocks that the server trains and the epochs of a personal head; null without personalization.</param>
internal sealed record Method(string Name, Training Training, Func<string[], int, PersonalizationPolicy>? CreatePolicy = null)
{
    /// <summary>The name of the method with which personalization is compared.</summary>
    public const string Shared = "FTTE";

    /// <summary>The name of central training, the upper reference.</summary>
    public const string Pooled = "pooled";

    /// <summary>The number of epochs of the personal head in a round of FedRep.</summary>
    public const int HeadEpochs = 2;

    private const float DittoStrength = 0.5f, TuningStrength = 0.3f, PartStrength = 1;

    /// <summary>Gets all methods.</summary>
    public static ImmutableArray<Method> All { get; } =
    [
        new("base", Training.Base),
        new(Pooled, Training.Pooled),
        new("local", Training.Local),
        new("FedAvg", Training.FedAvg),
        new("FedAvg-int8", Training.FedAvg) { IsQuantized = true },
        new(Shared, Training.Ftte),
        new("FTTE-both", Training.Ftte) { IsForBothKinds = true },
        new("FedPer", Training.Ftte, (_, _) => new LocalHead()),
        new("FedRep", Training.Ftte, (_, epochs) => new AlternatingHead(epochs)),
        new("FedBN", Training.Ftte, (_, _) => new LocalNormalization()),
        new("Ditto", Training.Ftte, (blocks, _) => new ProximalCopy(DittoStrength, layers: blocks)),
        new("fine-tuning", Training.Ftte, (blocks, _) => new FineTuning(epochs: null, TuningStrength, blocks)) { TunesOnly = true },
        new("fine-tuning-part", Training.Ftte, (_, _) => new FineTuning(epochs: null, PartStrength, "gn1", "gn2", "gn3", "head")) { TunesOnly = true },
        new("fine-tuning-chosen", Training.Ftte, (blocks, _) => new FineTuning(epochs: null, TuningStrength, blocks)) { TunesOnly = true, Chooses = true },
    ];

    /// <summary>Gets a value that indicates whether devices have personal parameters.</summary>
    public bool IsPersonal => CreatePolicy is not null;

    /// <summary>Gets a value that indicates whether personal parameters are trained before use only, so that the federation is that of <see cref="Shared"/>.</summary>
    public bool TunesOnly { get; init; }

    /// <summary>Gets a value that indicates whether a device with several labeled recordings holds back the last one, and uses the personal model only if it is better there.</summary>
    public bool Chooses { get; init; }

    /// <summary>Gets a value that indicates whether FedAvg sends int8 in both directions, as FTTE does.</summary>
    public bool IsQuantized { get; init; }

    /// <summary>Gets a value that indicates whether watches and phones train one model together.</summary>
    public bool IsForBothKinds { get; init; }

    /// <summary>Gets a value that indicates whether the method has a federation of one kind of device that no other method has.</summary>
    public bool HasFederation => Training is Training.FedAvg or Training.Ftte && !TunesOnly && !IsForBothKinds;
}
