using System.Collections.Immutable;
using static System.FormattableString;

namespace Ftte.TinyEngine;

/// <summary>Represents group normalization: mean and variance per example and group of channels.</summary>
/// <remarks>Saved for backward: the input and the statistics, even if none of its parameters is trained.</remarks>
internal sealed class GroupNorm(string name, Value input, Value output, int groups, double epsilon) : Operation(name, output, input)
{
    public int Groups { get; } = groups;

    public double Epsilon { get; } = epsilon;

    public int Channels => Output.Shape.Channels;

    public override ImmutableArray<BlockDefinition> Blocks =>
    [
        new($"{Name}.weight", [Channels], BlockRole.Weight),
        new($"{Name}.bias", [Channels], BlockRole.Bias),
    ];

    public override bool MayKeepInput => true;

    protected override string Settings => Invariant($"{Groups} {Epsilon}");

    public override bool EagerKeepsInput => true;

    public override void Initialize(Span<float> parameters, ulong seed) => parameters.Slice(Parameters[0].Range.Start, Channels).Fill(1);

    public override IEnumerable<OperationChoice> Choices(IReadOnlyList<double> inputShares) =>
    [
        new("bias", [Parameters[1].Range], 0),
        new("weight, bias", [Parameters[0].Range, Parameters[1].Range], Output.Shape.Count),
    ];
}
