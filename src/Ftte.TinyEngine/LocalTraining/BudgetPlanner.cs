using Ftte.Selection;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Plans training within the memory budget of a device and the memory supplied by the caller.</summary>
internal sealed class BudgetPlanner(Network network, SgdOptions options, EngineOptions engine, long personalBytes)
{
    /// <summary>Creates a plan with the maximum micro-batch that fits.</summary>
    /// <param name="selection">The coordinates to train.</param>
    /// <param name="exampleCount">The number of examples.</param>
    /// <param name="budget">The budget in bytes.</param>
    /// <exception cref="BudgetTooSmallException">No micro-batch fits the budget.</exception>
    public TrainingPlan Plan(ParameterSelection selection, int exampleCount, long budget)
    {
        EngineOptions tried = engine.Copy();
        TrainingPlan first = PlanWith(tried), plan = first;
        long required = plan.PeakBytes;
        while (!Fits(plan) && plan.MicroBatchSize > 1 && options.Normalization != NormalizationMode.Batch)
        {
            tried.MicroBatchSize = plan.MicroBatchSize / 2;
            plan = PlanWith(tried);
            required = Math.Min(required, plan.PeakBytes);
        }

        return Fits(plan) ? plan
            : required <= budget ? first // the arena's exception states the size of the supplied memory
            : throw new BudgetTooSmallException(
                budget,
                required,
                SelectionBudget.Memory,
                $"Training {selection} takes at least {required} bytes of memory, but the budget of the device is {budget}. Raise MemoryBudgetBytes of the device, reduce the batch size, or select fewer parameters on the server.");

        TrainingPlan PlanWith(EngineOptions candidate) => network.Plan(selection, network.CreatePlanSettings(options, candidate, exampleCount: exampleCount) with { PersonalBytes = personalBytes });

        bool Fits(TrainingPlan candidate) => candidate.PeakBytes <= budget && (engine.Memory.IsEmpty || candidate.ArenaBytes + Tensor.Alignment <= engine.Memory.Length);
    }
}
