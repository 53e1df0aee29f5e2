using System.Collections.Immutable;
using static System.FormattableString;

namespace Ftte.TinyEngine;

/// <summary>Represents batch normalization: y = (x - mean) / sqrt(variance + epsilon) * scale + shift, per channel (Ioffe and Szegedy, ICML 2015).</summary>
/// <remarks>
/// Saved for backward with frozen statistics: the input if the scale is trained, nothing otherwise. With batch statistics: the input and the
/// statistics, for every selection.
/// </remarks>
internal sealed class BatchNorm(string name, Value input, Value output, double epsilon) : Operation(name, output, input)
{
    /// <summary>The weight of a batch in the moving average of the running statistics.</summary>
    public const float StatisticsMomentum = 0.1f;

    public double Epsilon { get; } = epsilon;

    public int Channels => Output.Shape.Channels;

    public override ImmutableArray<BlockDefinition> Blocks =>
    [
        new($"{Name}.weight", [Channels], BlockRole.Weight),
        new($"{Name}.bias", [Channels], BlockRole.Bias),
        new($"{Name}.running_mean", [Channels], BlockRole.Statistic),
        new($"{Name}.running_var", [Channels], BlockRole.Statistic) { ParameterRole = ParameterRole.Variance },
    ];

    public override bool MayKeepInput => true;

    protected override string Settings => Invariant($"{Epsilon}");

    public override bool EagerKeepsInput => true;

    public override void Initialize(Span<float> parameters, ulong seed)
    {
        parameters.Slice(Parameters[0].Range.Start, Channels).Fill(1);
        parameters.Slice(Parameters[3].Range.Start, Channels).Fill(1);
    }

    public override IEnumerable<OperationChoice> Choices(IReadOnlyList<double> inputShares) =>
    [
        new("bias", [Parameters[1].Range], 0),
        new("weight, bias", [Parameters[0].Range, Parameters[1].Range], Output.Shape.Count),
    ];
}
