using System.Collections.Immutable;
using Ftte.Selection;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Creates a training profile from plans, so that it is an estimate of the same tensors that are later allocated.</summary>
/// <remarks>
/// <para>The memory that a step needs while it runs, keeps for backward and uses for gradients depends on the step's own choice and on whether a gradient
/// passes through it, and on nothing else that is chosen. Therefore one plan measures every step at once: in plan k each step trains its k-th choice. The
/// number of plans is that of the choices of one step, not of all steps.</para>
/// <para>A tensor that two steps keep, or that one keeps while it flows anyway, is counted twice in a sum of steps, so a profile never says less than the
/// plan takes, and may say more.</para>
/// </remarks>
internal static class ProfileBuilder
{
    public static TrainingProfile Build(Network network, PlanSettings settings, IReadOnlyList<double> inputShares, CancellationToken cancellationToken = default)
    {
        PlanSettings whole = settings with { PrefixExamples = null };
        Operation[] operations = network.Operations;
        MemoryPlan frozen = Plan(network, [], whole);
        MemoryPlan streamed = Plan(network, [], settings);
        MemoryPlan full = Plan(network, network.Trainable.Ranges, whole);

        // With only the first trainable steps trained, a gradient passes through exactly the steps through which it passes when all others are trained.
        MemoryPlan passing = Plan(network, operations.Where(o => !GetsGradient(o)).SelectMany(o => o.Trainable).Select(b => b.Range), whole);
        ImmutableArray<OperationChoice>[] offered = [.. operations.Select(o => o.Choices(inputShares).ToImmutableArray())];
        var trained = new MemoryPlan[offered.Max(choices => choices.Length)];
        var asCut = new MemoryPlan[trained.Length];
        for (int k = 0; k < trained.Length; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ranges = ParameterSelection.Create(
                network.Layout.ParameterCount, offered.Where(choices => !choices.IsEmpty).SelectMany(choices => choices[Math.Min(k, choices.Length - 1)].Ranges));
            trained[k] = MemoryPlan.Create(network, ranges, whole);
            asCut[k] = MemoryPlan.CreateWithEveryStepAsCut(network, ranges, whole);
        }

        return new TrainingProfile(network.Layout, frozen.OutsideBytes + frozen.ResidentBytes, [.. operations.Select(MakeStep)]);

        bool GetsGradient(Operation operation) => operation.Inputs.Any(full.NeedsGradient);

        TrainingStep MakeStep(Operation operation, int t)
        {
            cancellationToken.ThrowIfCancellationRequested();
            MemoryPlan untrained = !operation.Trainable.Any() ? full : GetsGradient(operation) ? passing : frozen;
            long forward = Math.Max(frozen.FlowBytes(t), untrained.FlowBytes(t));
            long passingScratch = untrained.BackwardScratchBytes(t), backwardAtCut = 0;
            var choices = ImmutableArray.CreateBuilder<TrainingChoice>(offered[t].Length);
            for (int k = 0; k < offered[t].Length; k++)
            {
                OperationChoice choice = offered[t][k];
                forward = Math.Max(forward, trained[k].FlowBytes(t));
                long workspace = Math.Max(0, trained[k].BackwardScratchBytes(t) - passingScratch);
                backwardAtCut = Math.Max(backwardAtCut, asCut[k].OutputGradientBytes(t) + asCut[k].BackwardScratchBytes(t) - workspace);
                choices.Add(new TrainingChoice(
                    choice.Name, choice.Ranges, trained[k].KeptBytes(t), PersistentBytes(choice.Ranges.Sum(r => r.Length), settings), choice.MultiplyAdds)
                {
                    WorkspaceBytes = workspace,
                    Window = choice.Window,
                });
            }

            return new TrainingStep(operation.Name, forward, full.GradientBytes(t) + passingScratch, backwardAtCut, untrained.KeptBytes(t), choices.MoveToImmutable())
            {
                // With nothing trained up to here a step needs less than it may when it is.
                StreamedForwardBytes = streamed.FlowBytes(t),
                BoundaryBytes = streamed.Streams ? frozen.BoundaryBytes(t) : 0,
                ForwardMultiplyAdds = operation.MultiplyAdds,

                // The gradient of a layer's input takes the same products as its output.
                InputGradientMultiplyAdds = operation.MultiplyAdds,
            };
        }
    }

    private static long PersistentBytes(int count, PlanSettings settings)
    {
        long bytes = sizeof(float) * (long)count;
        return bytes + (((settings.Accumulates ? 1 : 0) + (settings.HasMomentum ? 1 : 0)) * Tensor.RoundUp(bytes));
    }

    private static MemoryPlan Plan(Network network, IEnumerable<ParameterRange> ranges, PlanSettings settings) =>
        MemoryPlan.Create(network, ParameterSelection.Create(network.Layout.ParameterCount, ranges), settings);
}
