using Ftte.Selection;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Evaluates a network on examples that are held back from training, in memory that is planned like that of training.</summary>
/// <remarks>Only the forward pass runs, so it needs no gradients and no buffer of trained parameters.</remarks>
/// <param name="network">The network.</param>
/// <param name="examples">The held-back examples.</param>
/// <param name="engine">The engine options of training.</param>
/// <param name="personalBytes">The bytes of the personal parameters that the device holds.</param>
internal sealed class HeldBackEvaluator(Network network, IExampleSource examples, EngineOptions engine, long personalBytes)
{
    private readonly EngineOptions _engine = new() { PrefixExamples = null, Threads = engine.Threads, Memory = engine.Memory };

    /// <summary>Evaluates a vector.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="budget">The memory budget of the device, in bytes.</param>
    /// <param name="planned">The memory that training takes, in bytes. Evaluation runs fewer examples at once until it takes no more.</param>
    /// <param name="stop">Cancels between two batches.</param>
    /// <returns>The evaluation, and the peak memory in bytes.</returns>
    /// <exception cref="BudgetTooSmallException">One example at a time takes more memory than the budget.</exception>
    public unsafe (Evaluation Result, long PeakBytes) Evaluate(ReadOnlySpan<float> parameters, long budget, long planned, CancellationToken stop)
    {
        network.CheckFits(parameters);
        int count = network.CheckFits(examples);
        TrainingPlan plan = Plan(count, budget, planned);
        fixed (float* received = parameters)
        {
            using var frozen = new BorrowedVector(received, parameters.Length);
            using var session = new TrainingSession(plan, _engine);
            using TrainingRun run = session.Begin(frozen, trained: null, count);
            return (NetworkEvaluation.Evaluate(session, examples, count, stop), plan.PeakBytes);
        }
    }

    private TrainingPlan Plan(int count, long budget, long planned)
    {
        int batch = Math.Min(NetworkEvaluation.DefaultBatch, count);
        TrainingPlan plan = PlanWith(batch);
        while (batch > 1 && !(plan.PeakBytes <= Math.Min(budget, planned) && (_engine.Memory.IsEmpty || plan.ArenaBytes + Tensor.Alignment <= _engine.Memory.Length)))
        {
            batch /= 2;
            plan = PlanWith(batch);
        }

        return plan.PeakBytes <= budget ? plan : throw new BudgetTooSmallException(
            budget,
            plan.PeakBytes,
            SelectionBudget.Memory,
            $"Evaluating one example at a time takes {plan.PeakBytes} bytes of memory, but the budget of the device is {budget}. Raise MemoryBudgetBytes of the device, or set its role to {ClientRole.TrainOnly}.");
    }

    private TrainingPlan PlanWith(int batch) => network.Plan(
        ParameterSelection.Create(network.Layout.ParameterCount, []), network.CreatePlanSettings(new SgdOptions { BatchSize = batch }, _engine) with { PersonalBytes = personalBytes });
}
