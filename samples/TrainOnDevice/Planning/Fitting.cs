using Ftte;
using Ftte.Selection;
using Ftte.TinyEngine;
using TrainOnDevice.Data;

namespace TrainOnDevice.Planning;

/// <summary>Finds the selection that fits the budget.</summary>
/// <remarks>
/// The importance of blocks, the squared gradient of some examples, is measured only if not all parameters fit. The measurement is made without a
/// memory limit, as on a server; it is not part of the budget.
/// </remarks>
internal static class Fitting
{
    private const int ImportanceExamples = 64;

    /// <summary>Finds the selection.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The weights to start from.</param>
    /// <param name="examples">The examples to train on.</param>
    /// <param name="options">The options of the command.</param>
    /// <exception cref="BudgetTooSmallException">No selection fits.</exception>
    public static FittedTraining Find(Network network, float[] parameters, IExampleSource examples, TrainOptions options)
    {
        var sgd = new SgdOptions
        {
            BatchSize = Math.Min(options.Batch, examples.Count),
            Epochs = options.Epochs,
            LearningRate = options.LearningRate,
            ClipRatio = null,
            Momentum = options.Momentum,
            WeightDecay = options.WeightDecay,
            Schedule = options.Schedule,
            Normalization = options.Normalization,
            Seed = options.Seed,
        };
        var engine = new EngineOptions { Threads = options.Threads };
        ParameterSelection statistics = FittedTraining.Statistics(network);
        if (options.Normalization == NormalizationMode.Frozen || statistics.Count == 0)
        {
            FittedPlan fitted = network.Fit(options.MemoryBytes, sgd, engine, Importance(network, parameters, examples, options.MemoryBytes, sgd, engine));
            return new FittedTraining(fitted.Plan, sgd, fitted.Engine, options.MemoryBytes);
        }

        return FindWithStatistics(network, parameters, examples, options.MemoryBytes, sgd, engine, statistics);
    }

    /// <summary>With batch statistics, the running statistics are also trained and need memory, so the budget of the selection is reduced by it.</summary>
    private static FittedTraining FindWithStatistics(
        Network network, float[] parameters, IExampleSource examples, long budget, SgdOptions sgd, EngineOptions engine, ParameterSelection statistics)
    {
        long reserve = sizeof(float) * (long)statistics.Count;
        try
        {
            for (BlockImportance? importance = null; reserve < budget;)
            {
                importance ??= Importance(network, parameters, examples, budget - reserve, sgd, engine);
                FittedPlan fitted = network.Fit(budget - reserve, sgd, engine, importance);
                TrainingPlan plan = network.Plan(fitted.Plan.Selection.Union(statistics), sgd, fitted.Engine);
                if (plan.PeakBytes <= budget)
                {
                    return new FittedTraining(plan, sgd, fitted.Engine, budget);
                }

                reserve += plan.PeakBytes - budget;
            }
        }
        catch (BudgetTooSmallException refusal)
        {
            throw new BudgetTooSmallException(budget, refusal.Required + reserve);
        }

        throw new BudgetTooSmallException(budget, reserve);
    }

    private static BlockImportance? Importance(
        Network network, float[] parameters, IExampleSource examples, long budget, SgdOptions sgd, EngineOptions engine)
    {
        return EverythingFits(network, budget, sgd, engine)
            ? null
            : BlockImportance.FromGradient(network.Layout, network.Gradient(parameters, Some(examples, ImportanceExamples)));
    }

    private static bool EverythingFits(Network network, long budget, SgdOptions sgd, EngineOptions engine)
    {
        for (int micro = sgd.BatchSize; micro >= 1; micro /= 2)
        {
            var tried = new EngineOptions { Threads = engine.Threads, MicroBatchSize = micro };
            if (network.Plan(network.Trainable, sgd, tried).PeakBytes <= budget)
            {
                return true;
            }

            if (sgd.Normalization == NormalizationMode.Batch)
            {
                return false;
            }
        }

        return false;
    }

    private static IExampleSource Some(IExampleSource examples, int count) =>
        examples is ITargetSource ? new ReconstructionExamples(FirstExamples.Of(examples, count)) : FirstExamples.Of(examples, count);
}
