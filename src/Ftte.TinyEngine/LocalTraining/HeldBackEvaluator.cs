using Ftte.Selection;
using Ftte.TinyEngine.Memory;
using Ftte.TinyEngine.Personalization;

namespace Ftte.TinyEngine;

/// <summary>Evaluates a network on examples that are held back from training, in memory that is planned like that of training.</summary>
/// <remarks>Only the forward pass runs, so it needs no gradients and no buffer of trained parameters.</remarks>
/// <param name="network">The network.</param>
/// <param name="examples">The held-back examples.</param>
/// <param name="engine">The engine options of training.</param>
/// <param name="personal">The personal parameters of the device; null for none.</param>
/// <param name="metrics">Computes the metrics of the app; null for none.</param>
internal sealed class HeldBackEvaluator(
    Network network, IExampleSource examples, EngineOptions engine, PersonalModel? personal = null, Func<Predictor, IExampleSource, CancellationToken, float[]>? metrics = null)
{
    private readonly EngineOptions _engine = new()
    {
        PrefixExamples = null,
        Threads = engine.Threads,
        Memory = engine.Memory,
        ParametersAreMapped = engine.ParametersAreMapped,
    };

    /// <summary>Evaluates the model that the device would use: with personal parameters that replace shared ones, the personal model.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="budget">The memory budget of the device, in bytes.</param>
    /// <param name="planned">The memory that training takes, in bytes. Evaluation runs fewer examples at once until it takes no more.</param>
    /// <param name="stop">Cancels between two batches.</param>
    /// <returns>The evaluation, the values to send, and the peak memory in bytes.</returns>
    /// <exception cref="BudgetTooSmallException">One example at a time takes more memory than the budget.</exception>
    public unsafe (Evaluation Result, float[] Values, long PeakBytes) Evaluate(ReadOnlySpan<float> parameters, long budget, long planned, CancellationToken stop)
    {
        network.CheckFits(parameters);
        int count = network.CheckFits(examples);
        TrainingPlan plan = Plan(count, budget, planned);
        PersonalModel? replacing = personal is { TrainsCopy: false, HasValues: true } ? personal : null;
        fixed (float* received = parameters, own = replacing is null ? default : replacing.Values)
        {
            using FrozenParameters frozen = replacing is null ? new BorrowedVector(received, parameters.Length) : new OverlaidVector(received, replacing.Coordinates, own);
            Evaluation result = Run(plan, frozen, count, stop);
            float[] sent = double.IsNaN(result.Accuracy) ? [(float)result.Loss] : [(float)result.Loss, (float)result.Accuracy];
            return (result, [.. sent, .. Measure(plan.BatchSize, frozen, stop)], plan.PeakBytes);
        }
    }

    private unsafe Evaluation Run(TrainingPlan plan, FrozenParameters parameters, int count, CancellationToken stop)
    {
        using var session = new TrainingSession(plan, _engine);
        using TrainingRun run = session.Begin(parameters, trained: null, count);
        return NetworkEvaluation.Evaluate(session, examples, count, stop);
    }

    /// <summary>Computes the metrics of the app. The predictor takes no more memory than the evaluation, whose arena is freed before: it has no labels and no loss.</summary>
    private float[] Measure(int batch, FrozenParameters parameters, CancellationToken stop)
    {
        if (metrics is null)
        {
            return [];
        }

        using Predictor predictor = network.CreateFrozenPredictor(parameters, new PredictorOptions { BatchSize = batch, Threads = _engine.Threads, Memory = _engine.Memory });
        return metrics(predictor, examples, stop);
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
        ParameterSelection.Create(network.Layout.ParameterCount, []), network.CreatePlanSettings(new SgdOptions { BatchSize = batch }, _engine) with { PersonalBytes = personal?.MemoryBytes ?? 0 });
}
