using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.TinyEngine;

namespace MemoryPlan.Planning;

/// <summary>What would be trained, checked and planned to the byte.</summary>
/// <param name="Problem">What was to be planned.</param>
/// <param name="Request">What the selector asked; its memory budget is lower than the user's if gaps in the arena made it so.</param>
/// <param name="Result">What it chose.</param>
/// <param name="Training">The plan of training that.</param>
/// <param name="Faults">What is wrong with the certificate; empty if nothing is.</param>
internal sealed record DevicePlan(
    PlanningProblem Problem, SelectionRequest Request, SelectionResult Result, TrainingPlan Training, IReadOnlyList<string> Faults)
{
    /// <summary>Gets the certificate.</summary>
    public SelectionCertificate Certificate => Result.Certificate;

    /// <summary>Gets the objective as a share of what training everything is worth.</summary>
    public double ObjectiveShare => Problem.Share(Certificate.Objective);

    /// <summary>Gets the trained part of what can be trained.</summary>
    public double TrainedShare => (double)Result.Selection.Count / Problem.Network.Trainable.Count;

    /// <summary>Gets the part of eager training's memory that is saved.</summary>
    public double SavedShare => 1 - ((double)Training.PeakBytes / Training.EagerBytes);

    /// <summary>Gets the moment that binds.</summary>
    public Peak Binding
    {
        get
        {
            MemoryTimeline timeline = Certificate.Timeline;
            int step = timeline.BindingStep;
            return new Peak(step, Request.Profile.Steps[step].Name, timeline.Backward[step] > timeline.Forward[step], timeline.PeakBytes);
        }
    }

    /// <summary>Chooses within the budgets; where gaps between tensors make the plan larger than the certificate, with that much less memory.</summary>
    /// <exception cref="BudgetTooSmallException">Nothing fits.</exception>
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
