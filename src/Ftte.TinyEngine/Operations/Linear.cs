using System.Collections.Immutable;

namespace Ftte.TinyEngine;

/// <summary>y = x * Wᵀ + b, with W of shape [outputs, inputs].</summary>
/// <remarks>
/// Saved for backward: the input, if any weight is trained, and of it only the channels whose weights are; for the bias alone, nothing; when the
/// gradient only passes through, nothing.
/// </remarks>
internal sealed class Linear(string name, int inputs, int outputs) : Operation(name, outputs)
{
    public int Inputs { get; } = inputs;

    public override ImmutableArray<(string Name, int[] Shape)> Blocks => [($"{Name}.weight", [Outputs, Inputs]), ($"{Name}.bias", [Outputs])];

    public override bool EagerKeepsInput => true;

    public ParameterRange Weight => Parameters[0].Range;

    public ParameterRange Bias => Parameters[1].Range;

    /// <summary>Draws weights uniformly with variance 2 / inputs before a ReLU and 1 / inputs otherwise; the bias is 0.</summary>
    /// <remarks>
    /// He et al., "Delving Deep into Rectifiers" (ICCV 2015), in its uniform form: a square root is exact on every machine, the logarithm and cosine
    /// that a normal distribution needs are not.
    /// </remarks>
    public override void Initialize(Span<float> parameters, ulong seed, Operation next)
    {
        float bound = MathF.Sqrt((next is Relu ? 6f : 3f) / Inputs);
        for (int j = Weight.Start; j < Weight.End; j++)
        {
            parameters[j] = bound * ((2 * SplitMix64.UniformAt(seed, (ulong)j)) - 1);
        }

        parameters.Slice(Bias.Start, Bias.Length).Clear();
    }

    public override IEnumerable<(string Name, ImmutableArray<ParameterRange> Ranges, long MultiplyAdds)> Choices(IReadOnlyList<double> inputShares)
    {
        yield return ("bias", [Bias], 0);
        foreach (int columns in inputShares.Select(s => Math.Clamp((int)Math.Ceiling(s * Inputs), 1, Inputs)).Distinct())
        {
            string what = columns == Inputs ? "weight" : $"weight, {columns} of {Inputs} inputs";
            ImmutableArray<ParameterRange> ranges = columns == Inputs
                ? [Weight]
                : [.. Enumerable.Range(0, Outputs).Select(o => new ParameterRange(Weight.Start + (o * Inputs), columns))];
            yield return (what, ranges, (long)columns * Outputs);
            yield return ($"{what}, bias", [.. ranges, Bias], (long)columns * Outputs);
        }
    }

    public override PlannedOperation Plan(PlanBuilder plan, int step, ref Activation activation)
    {
        Activation x = activation;
        Activation y = plan.NewActivation(Name, Outputs, step);
        x.Value.UseAt(PlanBuilder.Forward(step));
        y.Value.UseAt(PlanBuilder.Forward(step));
        ImmutableArray<WeightTile> weights = TileDecomposition.Cut(plan.Selection, Weight, Inputs);
        var planned = new PlannedLinear(Inputs, Outputs)
        {
            Weights = weights,
            Biases = TileDecomposition.Cut(plan.Selection, Bias, Outputs),
            X = x.Value,
            Y = y.Value,
            Saved = SaveInput(plan, step, x, weights),
            YGradient = plan.RunsBackward(step) ? plan.GradientOf(y) : null,
            XGradient = plan.PassesOn(step) ? plan.GradientOf(x) : null,
        };

        planned.YGradient?.UseAt(plan.Backward(step));
        planned.XGradient?.UseAt(plan.Backward(step));
        activation = y;
        return planned;
    }

    private SavedInput? SaveInput(PlanBuilder plan, int step, Activation x, ImmutableArray<WeightTile> tiles)
    {
        if (!tiles.Any(t => t.IsTrained))
        {
            return null;
        }

        int first = tiles.Where(t => t.IsTrained).Min(t => t.Column);
        int count = tiles.Where(t => t.IsTrained).Max(t => t.Column + t.Columns) - first;
        if (x.IsInput || count == Inputs)
        {
            x.Value.UseAt(plan.Backward(step));
            return new SavedInput(x.Value, 0, Inputs);
        }

        // The channels to keep are packed within the input's own memory when nothing else reads the input any more. The tensor is declared
        // before the gradients: at equal lifetimes the one declared first lies lower, and this one must lie where the input does.
        Tensor packed = plan.Add($"{Name}.saved", sizeof(float) * (long)plan.BatchSize * count, x.Value.End);
        packed.UseAt(PlanBuilder.Forward(step) + 1);
        packed.UseAt(plan.Backward(step));
        return new SavedInput(packed, first, count);
    }
}

/// <summary>The channels of a layer's input that its weight gradient needs.</summary>
/// <param name="Tensor">Where they are, example by example.</param>
/// <param name="Column">The first channel kept.</param>
/// <param name="Columns">The number of channels kept.</param>
internal sealed record SavedInput(Tensor Tensor, int Column, int Columns);
