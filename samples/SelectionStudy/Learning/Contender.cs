using System.Collections.Immutable;
using Ftte;

namespace SelectionStudy.Learning;

/// <summary>A selector that takes part.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Selector">The selector.</param>
/// <param name="EveryVersions">After how many versions it chooses again; null if once is enough.</param>
internal sealed record Contender(string Name, IParameterSelector Selector, int? EveryVersions = null)
{
    /// <summary>Lists all of them.</summary>
    /// <param name="seed">The seed of the run.</param>
    public static ImmutableArray<Contender> All(ulong seed) =>
    [
        new("exact", new ExactSelector()),
        new("evolutionary", new EvolutionarySelector(new EvolutionarySelectorOptions { Seed = seed })),
        new("last-blocks", new LastBlocksSelector()),
        new("bias-only", new BiasOnlySelector()),
        new("random", new RandomSelector(seed)),
        new("rotating", new RotatingSelector(seed: seed), EveryVersions: 1),
    ];

    /// <summary>Returns a selector that takes part, or the reference, which trains everything.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="seed">The seed of the run.</param>
    public static Contender Of(string name, ulong seed) => name == StudyCell.Full ? new Contender(name, new FullSelector()) : All(seed).Single(contender => contender.Name == name);
}
