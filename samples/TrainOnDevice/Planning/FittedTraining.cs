using Ftte;
using Ftte.TinyEngine;

namespace TrainOnDevice.Planning;

/// <summary>What will be trained, and how, so that it fits the budget.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Sgd">How the examples are gone over.</param>
/// <param name="Engine">How memory is used, with the micro-batch that was found.</param>
/// <param name="BudgetBytes">The budget.</param>
internal sealed record FittedTraining(TrainingPlan Plan, SgdOptions Sgd, EngineOptions Engine, long BudgetBytes)
{
    /// <summary>Gets how many of the selected coordinates a gradient reaches; running statistics, which merely follow, are not counted.</summary>
    public int TrainedParameters { get; } = Plan.Selection.Count - Overlap(Plan.Selection, Statistics(Plan.Network));

    /// <summary>Gets the share of the memory that training everything without a plan would take which the plan saves.</summary>
    public double SavedShare => 1 - ((double)Plan.PeakBytes / Plan.EagerBytes);

    /// <summary>Gets the running statistics of batch normalisation: all that no gradient reaches.</summary>
    public static ParameterSelection Statistics(Network network)
    {
        var ranges = new List<ParameterRange>();
        int end = 0;
        foreach (ParameterRange range in network.Trainable.Ranges.Append(new ParameterRange(network.Layout.ParameterCount, 0)))
        {
            if (range.Start > end)
            {
                ranges.Add(new ParameterRange(end, range.Start - end));
            }

            end = range.End;
        }

        return ParameterSelection.Create(network.Layout.ParameterCount, ranges);
    }

    private static int Overlap(ParameterSelection a, ParameterSelection b) => a.Count + b.Count - a.Union(b).Count;
}
