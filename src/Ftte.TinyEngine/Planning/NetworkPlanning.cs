using System.Globalization;
using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Plans the memory of training networks.</summary>
public static class NetworkPlanning
{
    /// <summary>Plans the memory of training a selection with whole batches.</summary>
    /// <param name="network">The network.</param>
    /// <param name="selection">The coordinates to train: whole blocks, parts of blocks, or none.</param>
    /// <param name="batchSize">The number of examples per step, at least 1.</param>
    /// <returns>The plan, exact to the byte. No memory is allocated.</returns>
    /// <exception cref="ArgumentException">The selection is of another layout, or a tensor of the batch would exceed the largest span.</exception>
    public static TrainingPlan Plan(this Network network, ParameterSelection selection, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return network.Plan(selection, new SgdOptions { BatchSize = batchSize });
    }

    /// <summary>Plans the memory of training a selection.</summary>
    /// <param name="network">The network.</param>
    /// <param name="selection">The coordinates to train: whole blocks, parts of blocks, or none.</param>
    /// <param name="options">The training options: batch size, momentum and clipping take memory.</param>
    /// <param name="engine">The engine options; null for the defaults.</param>
    /// <param name="frozen">The frozen parameters; null for the whole vector as float32.</param>
    /// <param name="exampleCount">The number of examples; needed only if <see cref="EngineOptions.CacheFrozenFeatures"/> keeps features of each.</param>
    /// <returns>The plan, exact to the byte. No memory is allocated.</returns>
    /// <exception cref="ArgumentException">The selection is of another layout, options contradict each other, or a tensor would exceed the largest span.</exception>
    public static TrainingPlan Plan(
        this Network network,
        ParameterSelection selection,
        SgdOptions options,
        EngineOptions? engine = null,
        FrozenParameters? frozen = null,
        int exampleCount = 0)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        return network.Plan(selection, network.CreatePlanSettings(options, engine, frozen, exampleCount));
    }

    /// <summary>Creates the profile of a network: the choices of training whole layers in each step with their costs, for a selector.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">The number of examples per step, at least 1.</param>
    /// <returns>The profile, as of <see cref="Profile(Network, int, IReadOnlyList{double}?)"/>.</returns>
    /// <exception cref="ArgumentException">A tensor of the batch would exceed the largest span.</exception>
    public static TrainingProfile Profile(this Network network, int batchSize) => network.Profile(batchSize, inputShares: null);

    /// <summary>Creates the profile of a network: the choices of training in each step with their costs, for a selector.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">The number of examples per step, at least 1.</param>
    /// <param name="inputShares">
    /// The shares of a layer's input channels, in (0, 1], whose weights a choice may train, such as 1/8, 1/4, 1/2 and 1; null for whole layers
    /// only. A share takes the first channels, rounded up to whole channels.
    /// </param>
    /// <returns>
    /// The profile. For each convolution and linear layer: its bias, and for each share the weights without and with the bias; for each normalization, the
    /// shift, and scale and shift. Persistent bytes are the trained values, and the sums of gradients and the momentum, if any. Kept features are not included: they depend on
    /// the choice, and <see cref="NetworkFitting.Fit"/> counts them.
    /// </returns>
    /// <exception cref="ArgumentException">A share is not in (0, 1], or a tensor of the batch would exceed the largest span.</exception>
    public static TrainingProfile Profile(this Network network, int batchSize, IReadOnlyList<double>? inputShares)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return network.Profile(new SgdOptions { BatchSize = batchSize }, inputShares: inputShares);
    }

    /// <summary>Creates the profile of a network: the choices of training in each step with their costs, for a selector.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The training options.</param>
    /// <param name="engine">The engine options; null for the defaults.</param>
    /// <param name="inputShares">The shares of a layer's input channels that a choice may train; null for whole layers only.</param>
    /// <param name="frozen">The frozen parameters; null for the whole vector as float32.</param>
    /// <param name="exampleCount">The number of examples; needed only if <see cref="EngineOptions.CacheFrozenFeatures"/> keeps features of each.</param>
    /// <returns>The profile, as of <see cref="Profile(Network, int, IReadOnlyList{double}?)"/>.</returns>
    /// <exception cref="ArgumentException">A share is not in (0, 1], options contradict each other, or a tensor would exceed the largest span.</exception>
    public static TrainingProfile Profile(
        this Network network,
        SgdOptions options,
        EngineOptions? engine = null,
        IReadOnlyList<double>? inputShares = null,
        FrozenParameters? frozen = null,
        int exampleCount = 0) => network.Profile(options, engine, inputShares, frozen, exampleCount, CancellationToken.None);

    internal static TrainingProfile Profile(
        this Network network,
        SgdOptions options,
        EngineOptions? engine,
        IReadOnlyList<double>? inputShares,
        FrozenParameters? frozen,
        int exampleCount,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        inputShares ??= [1];
        foreach (double share in inputShares)
        {
            if (!(share > 0 && share <= 1))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A share of the input channels is {share}. Specify shares in (0, 1]."), nameof(inputShares));
            }
        }

        return ProfileBuilder.Build(network, network.CreatePlanSettings(options, engine, frozen, exampleCount), inputShares, cancellationToken);
    }

    internal static TrainingPlan Plan(this Network network, ParameterSelection selection, PlanSettings settings)
    {
        ArgumentNullException.ThrowIfNull(selection);
        if (selection.ParameterCount != network.Layout.ParameterCount)
        {
            throw new ArgumentException($"The selection is for {selection.ParameterCount} parameters, but the network has {network.Layout.ParameterCount}. Specify a selection of this network.", nameof(selection));
        }

        return new TrainingPlan(network, selection, settings);
    }

    internal static PlanSettings CreatePlanSettings(this Network network, SgdOptions options, EngineOptions? engine, FrozenParameters? frozen = null, int exampleCount = 0)
    {
        options.Validate();
        engine ??= new EngineOptions();
        engine.Validate();
        if (frozen is not null && frozen.Count != network.Layout.ParameterCount)
        {
            throw new ArgumentException($"The network has {network.Layout.ParameterCount} parameters, but the frozen ones are from a vector of {frozen.Count}. Create them for this network.", nameof(frozen));
        }

        PlanSettings settings = PlanSettings.From(options, engine, frozen, exampleCount);
        if (settings.CalibratesLabels && network.Loss.Kind != LossKind.SoftmaxCrossEntropy)
        {
            throw new ArgumentException($"Loss '{network.Loss.Name}' has no classes to calibrate. Set LabelCalibration to 0.", nameof(options));
        }

        int widest = network.Values.Max(v => v.Shape.Count);
        if ((long)widest * settings.MicroBatchSize > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{settings.MicroBatchSize} examples with {widest} values each exceed {Array.MaxLength} values. Use a smaller batch or micro-batch.", nameof(options));
        }

        return settings;
    }
}
