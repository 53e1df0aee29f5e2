using System.Collections.Immutable;
using Ftte.Selection;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Creates a training profile from plans, so that the profile describes the same tensors that are later allocated.</summary>
/// <remarks>
/// <para>The memory of a step while it runs, for the backward pass and for gradients depends only on the choice of this step and on whether a gradient
/// passes through it. Therefore one plan measures all steps: in plan k, each step trains its k-th choice. The
/// number of plans is the maximum number of choices of a step, not the sum over all steps.</para>
/// <para>A tensor that two steps keep, or that one step keeps while it is live for another reason, is counted twice in a sum over steps. Therefore a profile is never below the
/// plan, and can be above it.</para>
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

        // If only the first trainable steps are trained, a gradient passes through the same steps as if all steps were trained.
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
                // A step takes less memory if no step up to it is trained.
                StreamedForwardBytes = streamed.FlowBytes(t),
                BoundaryBytes = streamed.Streams ? frozen.BoundaryBytes(t) : 0,
                ForwardMultiplyAdds = operation.MultiplyAdds,

                // The gradient of a layer's input takes as many products as its output.
                InputGradientMultiplyAdds = operation.MultiplyAdds,
            };
        }
    }

    private static long PersistentBytes(int count, PlanSettings settings)
    {
        long bytes = sizeof(float) * (long)count;
        return bytes + (settings.TrainedVectors * Tensor.RoundUp(bytes));
    }

    private static MemoryPlan Plan(Network network, IEnumerable<ParameterRange> ranges, PlanSettings settings) =>
        MemoryPlan.Create(network, ParameterSelection.Create(network.Layout.ParameterCount, ranges), settings);
}
