namespace Ftte.TinyEngine;

/// <summary>A network: layers in execution order, ended by a loss. Holds no parameters; they are a flat vector described by <see cref="Layout"/>.</summary>
/// <remarks>
/// <para>Made layer by layer: <c>Network.Build(inputs: 784).Linear("fc1", 64).Relu().Linear("fc2", 10).SoftmaxCrossEntropy()</c>.</para>
/// <para>All arithmetic is float32 in a fixed order: the same parameters, examples and seeds give the same bits on every machine, at every vector width.</para>
/// <para>Immutable and safe to share between threads.</para>
/// </remarks>
public sealed partial class Network
{
    internal Network(int inputLength, Operation[] operations)
    {
        InputLength = inputLength;
        Operations = operations;
        Layout = ParameterLayout.Create([.. operations.SelectMany(o => o.Blocks)]);
        foreach (Operation operation in operations)
        {
            operation.Attach(Layout);
        }
    }

    /// <summary>Gets where each layer's parameters lie in the flat vector, such as <c>fc1.weight</c> [64, 784] and <c>fc1.bias</c> [64].</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Gets the number of values per example that the first layer takes.</summary>
    public int InputLength { get; }

    /// <summary>Gets the number of classes that the loss tells apart; labels are 0 to one less.</summary>
    public int ClassCount => Operations[^1].Outputs;

    internal Operation[] Operations { get; }

    /// <summary>Starts a network.</summary>
    /// <param name="inputs">The number of values per example, at least 1.</param>
    /// <returns>A builder to which layers are added.</returns>
    public static NetworkBuilder Build(int inputs) => new(inputs);

    /// <summary>Makes parameters to start training from.</summary>
    /// <param name="seed">The seed; the same seed gives the same bits on every machine.</param>
    /// <returns>The flat vector: weights uniform with variance 2 / inputs before a ReLU (He et al., ICCV 2015) and 1 / inputs otherwise, biases 0.</returns>
    public float[] Initialize(ulong seed)
    {
        float[] parameters = new float[Layout.ParameterCount];
        for (int i = 0; i + 1 < Operations.Length; i++)
        {
            Operations[i].Initialize(parameters, seed, Operations[i + 1]);
        }

        return parameters;
    }

    /// <summary>Plans the memory of training a selection.</summary>
    /// <param name="selection">The coordinates to train: whole blocks, parts of blocks, or nothing.</param>
    /// <param name="batchSize">The number of examples per step, at least 1.</param>
    /// <returns>The plan, exact to the byte; nothing is allocated.</returns>
    /// <exception cref="ArgumentException">The selection is of another layout, or a tensor of the batch would exceed the largest span.</exception>
    public TrainingPlan Plan(ParameterSelection selection, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(selection);
        CheckBatchSize(batchSize);
        if (selection.ParameterCount != Layout.ParameterCount)
        {
            throw new ArgumentException($"The selection is of {selection.ParameterCount} parameters, the network has {Layout.ParameterCount}.", nameof(selection));
        }

        return new TrainingPlan(this, selection, batchSize);
    }

    /// <summary>Lists what can be trained in each step and what it costs, for a selector to choose from.</summary>
    /// <param name="batchSize">The number of examples per step, at least 1.</param>
    /// <param name="inputShares">
    /// The shares of a layer's input channels, in (0, 1], that a choice may train the weights of, such as 1/8, 1/4, 1/2 and 1; null for whole layers
    /// only. The first channels are taken, a started channel counted in full.
    /// </param>
    /// <returns>
    /// The profile. For each linear layer: its bias, and for each share the weights without and with the bias. Persistent bytes are the trained values
    /// themselves.
    /// </returns>
    /// <exception cref="ArgumentException">A share is not in (0, 1], or a tensor of the batch would exceed the largest span.</exception>
    public TrainingProfile Profile(int batchSize, IReadOnlyList<double>? inputShares = null)
    {
        CheckBatchSize(batchSize);
        inputShares ??= [1];
        foreach (double share in inputShares)
        {
            if (!(share > 0 && share <= 1))
            {
                throw new ArgumentException($"A share of the input channels is {share}; shares lie in (0, 1].", nameof(inputShares));
            }
        }

        return ProfileBuilder.Build(this, batchSize, inputShares);
    }

    /// <inheritdoc />
    public override string ToString() =>
        $"{InputLength} inputs, {string.Join(", ", Operations.Select(o => $"{o.Name} {o.Outputs}"))}: {Layout.ParameterCount} parameters";

    internal void CheckBatchSize(int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        int widest = Math.Max(InputLength, Operations.Max(o => o.Outputs));
        if ((long)widest * batchSize > Array.MaxLength)
        {
            throw new ArgumentException(
                $"A batch of {batchSize} examples with {widest} values each exceeds {Array.MaxLength} values; make the batch smaller.", nameof(batchSize));
        }
    }
}
