using Ftte.Samples.Shared;
using TrainOnDevice.Data;
using TrainOnDevice.Planning;
using TrainOnDevice.Training;

namespace TrainOnDevice.Report;

/// <summary>Represents all facts of a run.</summary>
internal sealed record RunResult
{
    public required string Model { get; init; }

    public required string Data { get; init; }

    public required string InputShape { get; init; }

    public required int TrainingExamples { get; init; }

    public required int HeldOutExamples { get; init; }

    public required int Parameters { get; init; }

    public required int TrainableParameters { get; init; }

    public required int TrainedParameters { get; init; }

    public required int Batch { get; init; }

    public required int MicroBatch { get; init; }

    public required string Normalization { get; init; }

    public required ulong Seed { get; init; }

    public required PlanResult Plan { get; init; }

    /// <summary>Gets the result of training; null if there was none.</summary>
    public TrainingResult? Training { get; init; }

    /// <summary>Creates the facts of a run.</summary>
    public static RunResult Of(TrainOptions options, DataSet data, FittedTraining training, TrainingOutcome? outcome) => new()
    {
        Model = options.Model,
        Data = data.Name,
        InputShape = data.Shape.ToString(),
        TrainingExamples = data.Training.Count,
        HeldOutExamples = data.HeldOut.Count,
        Parameters = training.Plan.Network.Layout.ParameterCount,
        TrainableParameters = training.Plan.Network.Trainable.Count,
        TrainedParameters = training.TrainedParameters,
        Batch = training.Plan.BatchSize,
        MicroBatch = training.Plan.MicroBatchSize,
        Normalization = options.Normalization == Ftte.TinyEngine.NormalizationMode.Batch ? "batch" : "frozen",
        Seed = options.Seed,
        Plan = PlanResult.Of(training),
        Training = outcome is null ? null : TrainingResult.Of(outcome, options.SaveFile),
    };
}

/// <summary>Represents the facts of a plan, in bytes.</summary>
internal sealed record PlanResult(
    long BudgetBytes,
    long PeakBytes,
    long EagerBytes,
    double SavedShare,
    long ParameterBytes,
    long TrainedBytes,
    long ArenaBytes,
    string PeakStep,
    string PeakPass,
    PlanRow[] Steps)
{
    public static PlanResult Of(FittedTraining training)
    {
        var plan = training.Plan;
        Peak peak = Peak.Of(plan);
        return new PlanResult(
            training.BudgetBytes, plan.PeakBytes, plan.EagerBytes, training.SavedShare, plan.ParameterBytes, plan.TrainedBytes, plan.ArenaBytes, peak.Name, peak.Pass, PlanRow.Of(plan));
    }
}

/// <summary>Represents the facts of a training run; accuracies are null for a network without classes.</summary>
internal sealed record TrainingResult(
    bool Cancelled,
    long Steps,
    long StepsPlanned,
    double? TrainingLoss,
    double LossBefore,
    double LossAfter,
    double? AccuracyBefore,
    double? AccuracyAfter,
    double Seconds,
    double ExamplesPerSecond,
    IReadOnlyList<EpochResult> Curve,
    string? SavedTo)
{
    public static TrainingResult Of(TrainingOutcome outcome, string? savedTo) => new(
        outcome.IsCancelled,
        outcome.Steps,
        outcome.StepsPlanned,
        outcome.TrainingLoss,
        outcome.Before.Loss,
        outcome.After.Loss,
        Known(outcome.Before.Accuracy),
        Known(outcome.After.Accuracy),
        outcome.Duration.TotalSeconds,
        outcome.ExamplesPerSecond,
        outcome.Curve,
        savedTo);

    private static double? Known(double accuracy) => double.IsNaN(accuracy) ? null : accuracy;
}
