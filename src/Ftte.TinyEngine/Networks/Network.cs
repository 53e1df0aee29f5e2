using System.Globalization;
using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>A network: layers in execution order, ended by a loss. Holds no parameters; they are a flat vector described by <see cref="Layout"/>.</summary>
/// <remarks>
/// <para>Made layer by layer: <c>Network.Build(inputs: 784).Linear("fc1", 64).Relu().Linear("fc2", 10).SoftmaxCrossEntropy()</c>, or
/// <c>Network.Build(32, 32, 3).Conv("conv1", 16, kernel: 3, padding: 1).Relu()...</c>; <see cref="NetworkZoo"/> has the usual ones.</para>
/// <para>All arithmetic is float32 in a fixed order: the same parameters, examples and seeds give the same bits on every machine, at every vector width
/// and number of threads.</para>
/// <para>Immutable and safe to share between threads.</para>
/// </remarks>
public sealed partial class Network
{
    internal Network(NetworkGraph graph, LossOperation loss)
    {
        Operations = [.. graph.Operations];
        Values = [.. graph.Values];
        Loss = loss;
        if (Values.FirstOrDefault(v => v.Consumers.Count == 0 && v != loss.Output) is { } unused)
        {
            throw new ArgumentException($"Nothing reads what layer '{unused.Name}' makes; return it from its branch, or leave it out.");
        }

        Layout = ParameterLayout.Create([.. Operations.SelectMany(o => o.Blocks).Select(b => (b.Name, b.Shape, b.ParameterRole))]);
        foreach (Operation operation in Operations)
        {
            operation.Attach(Layout);
        }

        Trainable = ParameterSelection.Create(Layout.ParameterCount, Operations.SelectMany(o => o.Trainable).Select(b => b.Range));
        Statistics = ParameterSelection.Create(Layout.ParameterCount, Operations.OfType<BatchNorm>().SelectMany(o => o.Parameters.Skip(2)).Select(b => b.Range));
        MultiplyAdds = Operations.Sum(o => o.MultiplyAdds);
    }

    /// <summary>Gets where each layer's parameters lie in the flat vector, such as <c>fc1.weight</c> [784, 64] and <c>fc1.bias</c> [64].</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Gets the coordinates that a gradient reaches: all but the running statistics of batch normalisation.</summary>
    public ParameterSelection Trainable { get; }

    /// <summary>Gets the running statistics of batch normalization.</summary>
    internal ParameterSelection Statistics { get; }

    /// <summary>Gets the shape of one example.</summary>
    public ImageShape InputShape => Values[0].Shape;

    /// <summary>Gets the number of values per example that the first layer takes.</summary>
    public int InputLength => Values[0].Shape.Count;

    /// <summary>Gets the number of values per example that the loss takes.</summary>
    public int OutputLength => Loss.Outputs;

    /// <summary>Gets the number of classes that the loss tells apart, whose labels are 0 to one less; 0 if its targets are vectors.</summary>
    public int ClassCount => Loss.ClassCount;

    /// <summary>Gets the multiply-adds of one example's forward pass through convolutions and linear layers.</summary>
    public long MultiplyAdds { get; }

    internal Operation[] Operations { get; }

    internal Value[] Values { get; }

    internal LossOperation Loss { get; }

    /// <summary>Starts a network on vectors.</summary>
    /// <param name="inputs">The number of values per example, at least 1.</param>
    /// <returns>A builder to which layers are added.</returns>
    public static NetworkBuilder Build(int inputs) => new(new ImageShape(1, 1, inputs));

    /// <summary>Starts a network on images, or with a height of 1 on sequences.</summary>
    /// <param name="height">The number of rows, at least 1.</param>
    /// <param name="width">The number of columns, at least 1.</param>
    /// <param name="channels">The number of values per pixel, at least 1.</param>
    /// <returns>A builder to which layers are added.</returns>
    public static NetworkBuilder Build(int height, int width, int channels) => new(new ImageShape(height, width, channels));

    /// <summary>Makes parameters to start training from.</summary>
    /// <param name="seed">The seed; the same seed gives the same bits on every machine.</param>
    /// <returns>
    /// The flat vector: weights uniform with variance 2 / inputs before a ReLU (He et al., ICCV 2015) and 1 / inputs otherwise, biases 0,
    /// normalisation that changes nothing.
    /// </returns>
    public float[] Initialize(ulong seed)
    {
        float[] parameters = new float[Layout.ParameterCount];
        foreach (Operation operation in Operations)
        {
            operation.Initialize(parameters, seed);
        }

        return parameters;
    }

    /// <summary>Plans the memory of training a selection with a batch at once.</summary>
    /// <param name="selection">The coordinates to train: whole blocks, parts of blocks, or nothing.</param>
    /// <param name="batchSize">The number of examples per step, at least 1.</param>
    /// <returns>The plan, exact to the byte; nothing is allocated.</returns>
    /// <exception cref="ArgumentException">The selection is of another layout, or a tensor of the batch would exceed the largest span.</exception>
    public TrainingPlan Plan(ParameterSelection selection, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Plan(selection, new SgdOptions { BatchSize = batchSize });
    }

    /// <summary>Plans the memory of training a selection.</summary>
    /// <param name="selection">The coordinates to train: whole blocks, parts of blocks, or nothing.</param>
    /// <param name="options">How it is trained: batch size, momentum and clipping take memory.</param>
    /// <param name="engine">How memory is used; null for the defaults.</param>
    /// <param name="frozen">Where the frozen parameters are; null for the whole vector as float32.</param>
    /// <param name="exampleCount">The number of examples; needed only where <see cref="EngineOptions.CacheFrozenFeatures"/> keeps something of each.</param>
    /// <returns>The plan, exact to the byte; nothing is allocated.</returns>
    /// <exception cref="ArgumentException">The selection is of another layout, options do not fit together, or a tensor would exceed the largest span.</exception>
    public TrainingPlan Plan(
        ParameterSelection selection, SgdOptions options, EngineOptions? engine = null, FrozenParameters? frozen = null, int exampleCount = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Plan(selection, Settings(options, engine, frozen, exampleCount));
    }

    /// <summary>Lists what can be trained in each step and what it costs, layers as a whole, for a selector to choose from.</summary>
    /// <param name="batchSize">The number of examples per step, at least 1.</param>
    /// <returns>The profile, as of <see cref="Profile(int, IReadOnlyList{double}?)"/>.</returns>
    /// <exception cref="ArgumentException">A tensor of the batch would exceed the largest span.</exception>
    public TrainingProfile Profile(int batchSize) => Profile(batchSize, inputShares: null);

    /// <summary>Lists what can be trained in each step and what it costs, for a selector to choose from.</summary>
    /// <param name="batchSize">The number of examples per step, at least 1.</param>
    /// <param name="inputShares">
    /// The shares of a layer's input channels, in (0, 1], that a choice may train the weights of, such as 1/8, 1/4, 1/2 and 1; null for whole layers
    /// only. The first channels are taken, a started channel counted in full.
    /// </param>
    /// <returns>
    /// The profile. For each convolution and linear layer: its bias, and for each share the weights without and with the bias; for each normalisation the
    /// shift, and scale and shift. Persistent bytes are the trained values themselves, and sums of gradients and momentum where there are any. Kept features are not in it: they depend on
    /// what is chosen, and <see cref="Fit"/> counts them.
    /// </returns>
    /// <exception cref="ArgumentException">A share is not in (0, 1], or a tensor of the batch would exceed the largest span.</exception>
    public TrainingProfile Profile(int batchSize, IReadOnlyList<double>? inputShares)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Profile(new SgdOptions { BatchSize = batchSize }, inputShares: inputShares);
    }

    /// <summary>Lists what can be trained in each step and what it costs, for a selector to choose from.</summary>
    /// <param name="options">How it is trained.</param>
    /// <param name="engine">How memory is used; null for the defaults.</param>
    /// <param name="inputShares">The shares of a layer's input channels that a choice may train; null for whole layers only.</param>
    /// <param name="frozen">Where the frozen parameters are; null for the whole vector as float32.</param>
    /// <param name="exampleCount">The number of examples; needed only where <see cref="EngineOptions.CacheFrozenFeatures"/> keeps something of each.</param>
    /// <returns>The profile, as of <see cref="Profile(int, IReadOnlyList{double}?)"/>.</returns>
    /// <exception cref="ArgumentException">A share is not in (0, 1], options do not fit together, or a tensor would exceed the largest span.</exception>
    public TrainingProfile Profile(
        SgdOptions options,
        EngineOptions? engine = null,
        IReadOnlyList<double>? inputShares = null,
        FrozenParameters? frozen = null,
        int exampleCount = 0) => Profile(options, engine, inputShares, frozen, exampleCount, CancellationToken.None);

    private TrainingProfile Profile(
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
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A share of the input channels is {share}; shares lie in (0, 1]."), nameof(inputShares));
            }
        }

        return ProfileBuilder.Build(this, Settings(options, engine, frozen, exampleCount), inputShares, cancellationToken);
    }

    /// <summary>Returns everything that training changes.</summary>
    /// <param name="normalization">The source of the statistics of batch normalization, as in <see cref="SgdOptions.Normalization"/>.</param>
    /// <returns>
    /// <see cref="Trainable"/>; with <see cref="NormalizationMode.Batch"/> also the running statistics, which follow the batches and must travel to be averaged.
    /// </returns>
    public ParameterSelection GetTrainable(NormalizationMode normalization) => normalization == NormalizationMode.Batch ? Trainable.Union(Statistics) : Trainable;

    /// <inheritdoc />
    public override string ToString() =>
        $"{InputShape} inputs, {string.Join(", ", Operations.Select(o => $"{o.Name} {o.Output.Shape}"))}: {Layout.ParameterCount} parameters";

    internal TrainingPlan Plan(ParameterSelection selection, PlanSettings settings)
    {
        ArgumentNullException.ThrowIfNull(selection);
        if (selection.ParameterCount != Layout.ParameterCount)
        {
            throw new ArgumentException($"The selection is of {selection.ParameterCount} parameters, the network has {Layout.ParameterCount}.", nameof(selection));
        }

        return new TrainingPlan(this, selection, settings);
    }

    internal PlanSettings Settings(SgdOptions options, EngineOptions? engine, FrozenParameters? frozen = null, int exampleCount = 0)
    {
        options.Validate();
        engine ??= new EngineOptions();
        engine.Validate();
        if (frozen is not null && frozen.Count != Layout.ParameterCount)
        {
            throw new ArgumentException($"The network has {Layout.ParameterCount} parameters, the frozen ones are of a vector of {frozen.Count}.", nameof(frozen));
        }

        PlanSettings settings = PlanSettings.From(options, engine, frozen, exampleCount);
        if (settings.CalibratesLabels && Loss.Kind != LossKind.SoftmaxCrossEntropy)
        {
            throw new ArgumentException($"Loss '{Loss.Name}' has no classes to calibrate between; leave LabelCalibration 0.", nameof(options));
        }

        int widest = Values.Max(v => v.Shape.Count);
        if ((long)widest * settings.MicroBatchSize > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{settings.MicroBatchSize} examples with {widest} values each exceed {Array.MaxLength} values; make the batch or micro-batch smaller.", nameof(options));
        }

        return settings;
    }
}
