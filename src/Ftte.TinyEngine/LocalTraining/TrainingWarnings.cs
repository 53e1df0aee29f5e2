using System.Diagnostics;
using Ftte.TinyEngine.Personalization;
using Microsoft.Extensions.Logging;

namespace Ftte.TinyEngine;

/// <summary>Finds settings that are known to be fragile, and logs them.</summary>
/// <param name="logger">Receives warnings; null for the trace listeners of the process.</param>
internal sealed partial class TrainingWarnings(ILogger? logger)
{
    /// <summary>The maximum learning rate at which networks with frozen statistics trained without clipping in docs/experiments/zoo.md and cifar10.md.</summary>
    private const float MaxUnclippedRate = 0.01f;

    /// <summary>The learning rate above which a few steps with the default clip ratio can reverse the weights of a unit.</summary>
    private const float MaxRate = 1;

    /// <summary>The batch size below which the statistics of a batch are mostly noise (Wu and He, ECCV 2018).</summary>
    private const int MinStatisticsBatch = 8;

    /// <summary>With momentum m, a gradient contributes 1 / (1 - m) times in total.</summary>
    private const float MaxSingleExampleMomentum = 0.5f;

    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    /// <summary>Rejects a selection whose training would use batch statistics without sending the running statistics to the server.</summary>
    public static void CheckStatistics(Network network, SgdOptions options, ParameterSelection selection)
    {
        if (options.Normalization != NormalizationMode.Batch || network.Statistics.Count == 0 || selection.Union(network.Statistics).Count == selection.Count)
        {
            return;
        }

        throw new ArgumentException(
            $"The selection omits running statistics of batch normalization, but {nameof(SgdOptions.Normalization)} is {nameof(NormalizationMode.Batch)}: the model would be evaluated with statistics that are never updated. "
            + $"Train a selection that contains network.{nameof(Network.GetTrainable)}({nameof(NormalizationMode)}.{nameof(NormalizationMode.Batch)}) or comes from network.{nameof(NetworkFitting.Fit)}, or set {nameof(SgdOptions.Normalization)} to {nameof(NormalizationMode.Frozen)}.",
            nameof(selection));
    }

    /// <summary>Checks the training options.</summary>
    public void Check(Network network, SgdOptions options)
    {
        bool hasStatistics = network.Statistics.Count > 0, isClipped = options.ClipRatio is not null || options.ClipNorm is not null;
        if (hasStatistics && options.Normalization == NormalizationMode.Frozen && !isClipped && options.LearningRate > MaxUnclippedRate)
        {
            Add($"{nameof(SgdOptions.LearningRate)} is {options.LearningRate} without clipping, and normalization statistics are frozen: nothing rescales activations, and training may diverge. "
                + $"Set {nameof(SgdOptions.ClipRatio)}, or a learning rate of at most {MaxUnclippedRate}.");
        }

        if (options.LearningRate > MaxRate)
        {
            Add($"{nameof(SgdOptions.LearningRate)} is {options.LearningRate}; learning rates above {MaxRate} rarely converge. Use a smaller learning rate.");
        }

        if (options.BatchSize == 1 && options.Momentum > MaxSingleExampleMomentum)
        {
            Add($"{nameof(SgdOptions.Momentum)} is {options.Momentum} with batches of one example, whose noise it amplifies. Use a larger {nameof(SgdOptions.BatchSize)} or no momentum; "
                + $"{nameof(EngineOptions.MicroBatchSize)} saves memory without changing the batch.");
        }

        if (hasStatistics && options.Normalization == NormalizationMode.Batch && options.BatchSize < MinStatisticsBatch)
        {
            Add($"{nameof(SgdOptions.Normalization)} is {nameof(NormalizationMode.Batch)} with batches of {options.BatchSize}, whose statistics are mostly noise. "
                + $"Use batches of at least {MinStatisticsBatch}, or {nameof(NormalizationMode.Frozen)}.");
        }
    }

    /// <summary>Checks the classes that label calibration has counted.</summary>
    /// <param name="found">The number of classes among the examples; 0 if they were not counted.</param>
    public void CheckClasses(int found)
    {
        if (found == 1)
        {
            Add($"{nameof(SgdOptions.LabelCalibration)} is on, but all examples have the same label: calibration nearly removes their gradient. Set it to 0 on such devices.");
        }
    }

    /// <summary>Checks that the server does not select parameters that are never sent.</summary>
    public void CheckShared(ParameterSelection selection, PersonalModel personal)
    {
        if (selection.Except(personal.Coordinates).Count < selection.Count)
        {
            Add($"The server selects personal parameters, for which the device sends no change. Let the server select within {nameof(PersonalModel)}.{nameof(PersonalModel.Shared)} to save their bytes.");
        }
    }

    private void Add(string warning)
    {
        if (_all.Contains(warning))
        {
            return;
        }

        _all.Add(warning);
        if (logger is null)
        {
            Trace.TraceWarning($"{nameof(LocalTrainer)}: {warning}");
        }
        else
        {
            Log(logger, warning);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Fragile training settings: {Warning}")]
    private static partial void Log(ILogger logger, string warning);
}
