using System.Collections.Immutable;
using Ftte.Baselines;
using Ftte.Selection;

namespace Ftte.Samples.Shared;

/// <summary>Defines the selectors of a plan, by name.</summary>
internal static class Selectors
{
    private static readonly ImmutableArray<(string Name, Func<ulong, NamedSelector> Make)> Makers =
    [
        ("exact", _ => new NamedSelector("exact", new ExactSelector())),
        ("greedy", _ => new NamedSelector("greedy", new GreedySelector())),
        ("evolutionary", seed => new NamedSelector("evolutionary", new EvolutionarySelector(new EvolutionarySelectorOptions { Seed = seed }))),
        ("last-blocks", _ => new NamedSelector("last-blocks", new LastBlocksSelector())),
        ("bias-only", _ => new NamedSelector("bias-only", new BiasOnlySelector())),
        ("random", seed => new NamedSelector("random", new RandomSelector(seed))),
        ("rotating", Rotating),
        ("full", _ => new NamedSelector("full", new FullSelector())),
    ];

    /// <summary>Gets the names; the first is the default.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Makers.Select(maker => maker.Name)];

    /// <summary>Creates a selector.</summary>
    /// <param name="name">One of the names.</param>
    /// <param name="seed">The seed of a selector with random choices.</param>
    public static NamedSelector Create(string name, ulong seed) => Makers.First(maker => maker.Name == name).Make(seed);

    private static NamedSelector Rotating(ulong seed)
    {
        var selector = new RotatingSelector(seed: seed);
        return new NamedSelector("rotating", selector) { Asks = selector.Rotate };
    }
}

/// <summary>Represents a selector and its name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Selector">The selector.</param>
internal sealed record NamedSelector(string Name, IParameterSelector Selector)
{
    /// <summary>Gets the function that transforms a request before the selection; certificates are verified against its result.</summary>
    /// <value>The request itself by default.</value>
    public Func<SelectionRequest, SelectionRequest> Asks { get; init; } = request => request;
}
