using System.Collections.Immutable;

namespace Ftte.TinyEngine;

/// <summary>Reads a training profile off plans, so that an estimate is made of the very tensors that are then allocated.</summary>
/// <remarks>
/// What a step needs while it runs, what it keeps for backward, and what its gradients take is measured with nothing trained, with the first
/// parameters trained (so that the gradient passes through all that follow), and with each choice; the largest counts. A tensor that two steps keep,
/// or that one keeps while it flows anyway, is counted twice in a sum of steps, so a profile never says less than the plan takes, and may say more in a
/// network with branches.
/// </remarks>
internal static class ProfileBuilder
{
    public static TrainingProfile Build(Network network, PlanSettings settings, IReadOnlyList<double> inputShares)
    {
        PlanSettings whole = settings with { PrefixExamples = null };
        Operation[] operations = network.Operations;
        PlanBuilder frozen = Plan(network, [], whole);
        PlanBuilder streamed = Plan(network, [], settings);
        int first = Array.FindIndex(operations, o => o.Trainable.Any());
        ImmutableArray<ParameterRange> firstRanges = [operations[first].Trainable.Last().Range];
        PlanBuilder through = Plan(network, firstRanges, whole);
        var steps = ImmutableArray.CreateBuilder<TrainingStep>(operations.Length);
        for (int t = 0; t < operations.Length; t++)
        {
            long forward = Math.Max(frozen.FlowBytes(t), through.FlowBytes(t));
            long passSaved = through.KeptBytes(t);
            long backward = through.NeedsGradient(t) ? through.BackwardBytes(t) : 0;
            long backwardAtCut = 0;
            var choices = ImmutableArray.CreateBuilder<TrainingChoice>();
            foreach (OperationChoice choice in operations[t].Choices(inputShares))
            {
                PlanBuilder alone = Plan(network, choice.Ranges, whole);
                PlanBuilder both = Plan(network, [.. firstRanges, .. choice.Ranges], whole);
                forward = Math.Max(forward, both.FlowBytes(t));
                backward = Math.Max(backward, both.BackwardBytes(t));
                backwardAtCut = Math.Max(backwardAtCut, alone.BackwardBytes(t));
                choices.Add(new TrainingChoice(
                    choice.Name, choice.Ranges, both.KeptBytes(t), PersistentBytes(alone.Selection.Count, settings), choice.MultiplyAdds));
            }

            steps.Add(new TrainingStep(operations[t].Name, forward, backward, Math.Min(backward, backwardAtCut), passSaved, choices.ToImmutable())
            {
                StreamedForwardBytes = streamed.Streams ? streamed.FlowBytes(t) : null,
                BoundaryBytes = streamed.Streams ? frozen.BoundaryBytes(t) : 0,
            });
        }

        return new TrainingProfile(network.Layout, frozen.OutsideBytes + frozen.Labels.Bytes, steps.MoveToImmutable());
    }

    private static long PersistentBytes(int count, PlanSettings settings)
    {
        long bytes = sizeof(float) * (long)count;
        return bytes + (((settings.Accumulates ? 1 : 0) + (settings.HasMomentum ? 1 : 0)) * Tensor.RoundUp(bytes));
    }

    private static PlanBuilder Plan(Network network, IEnumerable<ParameterRange> ranges, PlanSettings settings) =>
        PlanBuilder.Run(network, ParameterSelection.Create(network.Layout.ParameterCount, ranges), settings);
}
