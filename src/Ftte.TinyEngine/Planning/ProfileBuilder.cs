using System.Collections.Immutable;

namespace Ftte.TinyEngine;

/// <summary>Reads a training profile off plans, so that an estimate cannot differ from what is then allocated.</summary>
/// <remarks>
/// With nothing trained, what lives beyond the resident tensors is each step's forward cost. With the first parameters trained, backward runs
/// through every later step: the growth from one forward step to the next is what a step saves to pass the gradient through, the rest at its
/// backward step is its backward cost. With one choice trained alone, the same differences give what that choice saves and what its step costs as
/// the cut.
/// </remarks>
internal static class ProfileBuilder
{
    public static TrainingProfile Build(Network network, int batchSize, IReadOnlyList<double> inputShares)
    {
        Operation[] operations = network.Operations;
        PlanBuilder frozen = Plan(network, [], batchSize);
        long resident = frozen.OutsideBytes + frozen.Input.Bytes + frozen.Labels.Bytes;
        long[] forward = [.. operations.Select((_, t) => frozen.BytesAt(PlanBuilder.Forward(t)) - resident)];

        int first = Array.FindIndex(operations, o => o.Parameters.Length > 0);
        PlanBuilder through = Plan(network, [operations[first].Parameters[^1].Range], batchSize);
        var steps = ImmutableArray.CreateBuilder<TrainingStep>(operations.Length);
        for (int t = 0; t < operations.Length; t++)
        {
            var choices = ImmutableArray.CreateBuilder<TrainingChoice>();
            (long passSaved, long backward) = t >= first ? Measure(through, forward, t) : (0, 0);
            long backwardAtCut = backward;
            foreach ((string name, ImmutableArray<ParameterRange> ranges, long multiplyAdds) in operations[t].Choices(inputShares))
            {
                PlanBuilder alone = Plan(network, ranges, batchSize);
                (long saved, backwardAtCut) = Measure(alone, forward, t);
                choices.Add(new TrainingChoice(name, ranges, saved, sizeof(float) * (long)alone.Selection.Count, multiplyAdds));
            }

            steps.Add(new TrainingStep(operations[t].Name, forward[t], backward, backwardAtCut, passSaved, choices.ToImmutable()));
        }

        return new TrainingProfile(network.Layout, resident, steps.MoveToImmutable());
    }

    /// <summary>Gives what a step saves, and what it needs beyond all that is saved while it runs backward.</summary>
    private static (long Saved, long Backward) Measure(PlanBuilder plan, long[] forward, int step)
    {
        long before = Held(step);
        long saved = step + 1 < forward.Length ? Held(step + 1) - before : 0;
        return (saved, plan.BytesAt(plan.Backward(step)) - before - saved);

        long Held(int t) => plan.BytesAt(PlanBuilder.Forward(t)) - forward[t];
    }

    private static PlanBuilder Plan(Network network, IEnumerable<ParameterRange> ranges, int batchSize) =>
        PlanBuilder.Run(network, ParameterSelection.Create(network.Layout.ParameterCount, ranges), batchSize);
}
