using System.Collections.Immutable;
using Ftte.Selection;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine.Tests.Reference;

/// <summary>Measures a profile with two plans for every choice of every step: slow, but without any assumption about what a step's tensors depend on.</summary>
internal static class ReferenceProfile
{
    public static TrainingProfile Build(Network network, PlanSettings settings, IReadOnlyList<double> inputShares)
    {
        PlanSettings whole = settings with { PrefixExamples = null };
        Operation[] operations = network.Operations;
        MemoryPlan frozen = Plan(network, [], whole);
        MemoryPlan streamed = Plan(network, [], settings);
        MemoryPlan full = Plan(network, network.Trainable.Ranges, whole);
        var steps = ImmutableArray.CreateBuilder<TrainingStep>(operations.Length);
        for (int t = 0; t < operations.Length; t++)
        {
            ParameterRange[] others = [.. operations.Where(o => o.Step != t).SelectMany(o => o.Trainable).Select(b => b.Range)];
            MemoryPlan passing = operations[t].Parameters.IsEmpty ? full : Plan(network, others, whole);
            long forward = Math.Max(frozen.FlowBytes(t), passing.FlowBytes(t));
            long passingScratch = passing.BackwardScratchBytes(t), backwardAtCut = 0;
            var choices = ImmutableArray.CreateBuilder<TrainingChoice>();
            foreach (OperationChoice choice in operations[t].Choices(inputShares))
            {
                MemoryPlan alone = Plan(network, choice.Ranges, whole);
                MemoryPlan amongOthers = Plan(network, [.. others, .. choice.Ranges], whole);
                forward = Math.Max(forward, amongOthers.FlowBytes(t));
                long workspace = Math.Max(0, amongOthers.BackwardScratchBytes(t) - passingScratch);
                backwardAtCut = Math.Max(backwardAtCut, alone.GradientBytes(t) + alone.BackwardScratchBytes(t) - workspace);
                choices.Add(new TrainingChoice(
                    choice.Name, choice.Ranges, amongOthers.KeptBytes(t), PersistentBytes(alone.Selection.Count, settings), choice.MultiplyAdds)
                {
                    WorkspaceBytes = workspace,
                    Window = choice.Window,
                });
            }

            steps.Add(new TrainingStep(
                operations[t].Name, forward, full.GradientBytes(t) + passingScratch, backwardAtCut, passing.KeptBytes(t), choices.ToImmutable())
            {
                // With nothing trained up to here a step needs less than it may when it is.
                StreamedForwardBytes = streamed.FlowBytes(t),
                BoundaryBytes = streamed.Streams ? frozen.BoundaryBytes(t) : 0,
                ForwardMultiplyAdds = operations[t].MultiplyAdds,

                // The gradient of a layer's input takes the same products as its output.
                InputGradientMultiplyAdds = operations[t].MultiplyAdds,
            });
        }

        return new TrainingProfile(network.Layout, frozen.OutsideBytes + frozen.ResidentBytes, steps.MoveToImmutable());
    }

    private static long PersistentBytes(int count, PlanSettings settings)
    {
        long bytes = sizeof(float) * (long)count;
        return bytes + (settings.TrainedVectors * Tensor.RoundUp(bytes));
    }

    private static MemoryPlan Plan(Network network, IEnumerable<ParameterRange> ranges, PlanSettings settings) =>
        MemoryPlan.Create(network, ParameterSelection.Create(network.Layout.ParameterCount, ranges), settings);
}
