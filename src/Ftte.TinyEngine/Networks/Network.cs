namespace Ftte.TinyEngine;

/// <summary>Defines a network: layers in execution order, ended by a loss. Contains no parameters; they are a flat vector described by <see cref="Layout"/>.</summary>
/// <remarks>
/// <para>Built layer by layer: <c>Network.Build(inputs: 784).Linear("fc1", 64).Relu().Linear("fc2", 10).SoftmaxCrossEntropy()</c>, or
/// <c>Network.Build(32, 32, 3).Conv("conv1", 16, kernel: 3, padding: 1).Relu()...</c>; <see cref="NetworkZoo"/> contains common networks.</para>
/// <para>All arithmetic is float32 in a fixed order: the same parameters, examples and seeds give the same bits on every machine, at every vector width
/// and number of threads.</para>
/// <para>Immutable and safe to share between threads.</para>
/// </remarks>
public sealed class Network
{
    internal Network(NetworkGraph graph, LossOperation loss)
    {
        Operations = [.. graph.Operations];
        Values = [.. graph.Values];
        Loss = loss;
        if (Values.FirstOrDefault(v => v.Consumers.Count == 0 && v != loss.Output) is { } unused)
        {
            throw new ArgumentException($"No layer reads the output of layer '{unused.Name}'. Return it from its branch, or remove it.");
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

    /// <summary>Gets the positions of each layer's parameters in the flat vector, such as <c>fc1.weight</c> [784, 64] and <c>fc1.bias</c> [64].</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Gets the coordinates that a gradient reaches: all but the running statistics of batch normalization.</summary>
    public ParameterSelection Trainable { get; }

    /// <summary>Gets the running statistics of batch normalization.</summary>
    internal ParameterSelection Statistics { get; }

    /// <summary>Gets the shape of one example.</summary>
    public ImageShape InputShape => Values[0].Shape;

    /// <summary>Gets the number of input values per example.</summary>
    public int InputLength => Values[0].Shape.Count;

    /// <summary>Gets the number of values per example that the loss reads.</summary>
    public int OutputLength => Loss.Outputs;

    /// <summary>Gets the number of classes, with labels from 0 to ClassCount - 1; 0 if the targets of the loss are vectors.</summary>
    public int ClassCount => Loss.ClassCount;

    /// <summary>Gets the multiply-adds of one example's forward pass through convolutions and linear layers.</summary>
    public long MultiplyAdds { get; }

    internal Operation[] Operations { get; }

    internal Value[] Values { get; }

    internal LossOperation Loss { get; }

    /// <summary>Creates a builder of a network for vectors.</summary>
    /// <param name="inputs">The number of values per example, at least 1.</param>
    /// <returns>The builder, without layers.</returns>
    public static NetworkBuilder Build(int inputs) => new(new ImageShape(1, 1, inputs));

    /// <summary>Creates a builder of a network for images, or for sequences if the height is 1.</summary>
    /// <param name="height">The number of rows, at least 1.</param>
    /// <param name="width">The number of columns, at least 1.</param>
    /// <param name="channels">The number of values per pixel, at least 1.</param>
    /// <returns>The builder, without layers.</returns>
    public static NetworkBuilder Build(int height, int width, int channels) => new(new ImageShape(height, width, channels));

    /// <summary>Creates initial parameters.</summary>
    /// <param name="seed">The seed; the same seed returns the same bits on every machine.</param>
    /// <returns>
    /// The flat vector: weights uniform with variance 2 / inputs before a ReLU (He et al., ICCV 2015) and 1 / inputs otherwise, biases 0,
    /// normalization with scale 1 and shift 0.
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

    /// <summary>Returns the coordinates that training changes.</summary>
    /// <param name="normalization">The source of the statistics of batch normalization, as in <see cref="SgdOptions.Normalization"/>.</param>
    /// <returns>
    /// <see cref="Trainable"/>; with <see cref="NormalizationMode.Batch"/> also the running statistics, which follow the batches and must be sent to the server to be averaged.
    /// </returns>
    public ParameterSelection GetTrainable(NormalizationMode normalization) => normalization == NormalizationMode.Batch ? Trainable.Union(Statistics) : Trainable;

    /// <inheritdoc />
    public override string ToString() =>
        $"{InputShape} inputs, {string.Join(", ", Operations.Select(o => $"{o.Name} {o.Output.Shape}"))}: {Layout.ParameterCount} parameters";

    /// <summary>Validates that a vector has the length of this network's parameters.</summary>
    internal void CheckFits(ReadOnlySpan<float> parameters)
    {
        if (parameters.Length != Layout.ParameterCount)
        {
            throw new ArgumentException($"The network has {Layout.ParameterCount} parameters, but the vector has {parameters.Length}. Specify the flat vector of this network.", nameof(parameters));
        }
    }
}
