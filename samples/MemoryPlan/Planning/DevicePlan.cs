using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.TinyEngine;

namespace MemoryPlan.Planning;

/// <summary>Represents a selection with its verified certificate and its memory plan.</summary>
/// <param name="Problem">The planning problem.</param>
/// <param name="Request">The request to the selector; its memory budget is lower than the option if the arena has gaps.</param>
/// <param name="Result">The result of the selector.</param>
/// <param name="Training">The memory plan of the selection.</param>
/// <param name="Faults">The errors in the certificate; empty if it is valid.</param>
internal sealed record DevicePlan(
    PlanningProblem Problem, SelectionRequest Request, SelectionResult Result, TrainingPlan Training, IReadOnlyList<string> Faults)
{
    /// <summary>Gets the certificate.</summary>
    public SelectionCertificate Certificate => Result.Certificate;

    /// <summary>Gets the objective as a share of the total importance.</summary>
    public double ObjectiveShare => Problem.Share(Certificate.Objective);

    /// <summary>Gets the trained share of all trainable parameters.</summary>
    public double TrainedShare => (double)Result.Selection.Count / Problem.Network.Trainable.Count;

    /// <summary>Gets the share of the memory of eager training that is saved.</summary>
    public double SavedShare => 1 - ((double)Training.PeakBytes / Training.EagerBytes);

    /// <summary>Gets the moment of peak memory.</summary>
    public Peak Binding
    {
        get
        {
            MemoryTimeline timeline = Certificate.Timeline;
            int step = timeline.BindingStep;
            return new Peak(step, Request.Profile.Steps[step].Name, timeline.Backward[step] > timeline.Forward[step], timeline.PeakBytes);
        }
    }

    /// <summary>Selects within the budgets. If gaps between tensors make the plan larger than the certificate, the memory budget is reduced by the difference.</summary>
    /// <exception cref="BudgetTooSmallException">No selection fits.</exception>
    public static DevicePlan Find(PlanningProblem problem, NamedSelector selector)
    {
        long budget = problem.Request.MemoryBudgetBytes, required = 0;
        for (SelectionRequest request = problem.Request; ;)
        {
            SelectionResult result;
            try
            {
                result = selector.Selector.Select(request);
            }
            catch (BudgetTooSmallException) when (required > 0)
            {
                throw new BudgetTooSmallException(budget, required);
            }

            TrainingPlan training = problem.Plan(result.Selection);
            if (training.PeakBytes <= budget)
            {
                SelectionRequest asked = selector.Asks(request);
                return new DevicePlan(problem, asked, result, training, SelectionVerifier.FindFaults(asked, result));
            }

            required = training.PeakBytes;
            request = request with { MemoryBudgetBytes = Math.Max(0, request.MemoryBudgetBytes - (training.PeakBytes - budget)) };
        }
    }
}
