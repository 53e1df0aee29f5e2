using Ftte;
using Ftte.TinyEngine;

namespace TrainOnDevice.Planning;

/// <summary>Represents the selection and the options of training within the budget.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Sgd">The training options.</param>
/// <param name="Engine">The engine options, with the micro-batch of the plan.</param>
/// <param name="BudgetBytes">The budget.</param>
internal sealed record FittedTraining(TrainingPlan Plan, SgdOptions Sgd, EngineOptions Engine, long BudgetBytes)
{
    /// <summary>Gets the number of selected coordinates that a gradient reaches, without running statistics.</summary>
    public int TrainedParameters { get; } = Plan.Selection.Count - Overlap(Plan.Selection, Statistics(Plan.Network));

    /// <summary>Gets the saved share of the memory of training all parameters without a plan.</summary>
    public double SavedShare => 1 - ((double)Plan.PeakBytes / Plan.EagerBytes);

    /// <summary>Gets the running statistics of batch normalization: all coordinates that no gradient reaches.</summary>
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
