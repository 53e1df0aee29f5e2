namespace Ftte.TinyEngine;

public sealed partial class Network
{
    /// <summary>Measures loss and accuracy.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="batchSize">The number of examples run at once, at least 1; the result does not depend on it but for the rounding of sums.</param>
    /// <returns>The evaluation.</returns>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    public Evaluation Evaluate(ReadOnlySpan<float> parameters, IExampleSource examples, int batchSize = 100)
    {
        CheckFits(parameters, examples);
        batchSize = Math.Min(batchSize, examples.Count);
        using var session = new TrainingSession(Plan(ParameterSelection.Create(Layout.ParameterCount, []), batchSize));
        for (int first = 0; first < examples.Count; first += batchSize)
        {
            session.Forward(new TrainingPass
            {
                Arena = session.Arena,
                Result = session.Result,
                Examples = LoadInOrder(session, examples, first),
                Received = parameters,
            });
        }

        return new Evaluation(session.Result.MeanLoss, (double)session.Result.Correct / examples.Count, examples.Count);
    }

    /// <summary>Computes the gradient of the mean loss, for example to measure what training each block is worth.</summary>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="batchSize">The number of examples run at once, at least 1.</param>
    /// <returns>The gradient, one value per parameter; <see cref="BlockImportance.FromGradient"/> takes it.</returns>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    public float[] Gradient(ReadOnlySpan<float> parameters, IExampleSource examples, int batchSize = 100)
    {
        CheckFits(parameters, examples);
        batchSize = Math.Min(batchSize, examples.Count);
        float[] gradient = new float[Layout.ParameterCount];
        using var session = new TrainingSession(Plan(ParameterSelection.Full(Layout), batchSize));
        for (int first = 0; first < examples.Count; first += batchSize)
        {
            // With everything selected packed and dense are the same, and a step of rate -1 from zero adds the gradient up.
            var pass = new TrainingPass
            {
                Arena = session.Arena,
                Result = session.Result,
                Examples = LoadInOrder(session, examples, first),
                Received = parameters,
                Trained = parameters,
                Target = gradient,
                LossScale = 1f / examples.Count,
                Shrink = 1,
                Rate = -1,
            };
            session.Forward(pass);
            session.Backward(pass);
        }

        return gradient;
    }

    /// <summary>Trains where the data is central: a base model for devices to start from, or a reference to compare with.</summary>
    /// <param name="parameters">The flat vector, trained in place. If this throws, nothing has changed.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="selection">The coordinates to train; null for all.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">The vector, the examples, the options or the selection do not fit.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public TrainingSummary Train(
        Span<float> parameters,
        IExampleSource examples,
        SgdOptions? options = null,
        ParameterSelection? selection = null,
        CancellationToken cancellationToken = default)
    {
        CheckFits(parameters, examples);
        options ??= new SgdOptions();
        options.Validate();
        selection ??= ParameterSelection.Full(Layout);
        using var session = new TrainingSession(Plan(selection, options.BatchSize));
        float[] trained = new float[selection.Count];
        selection.Gather(parameters, trained);
        TrainingSummary summary = Sgd.Run(session, parameters, trained, examples, options, options.Seed, cancellationToken);
        selection.Scatter(trained, parameters);
        return summary;
    }

    /// <summary>Checks that examples can be fed to this network.</summary>
    internal void CheckFits(IExampleSource examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.InputLength != InputLength)
        {
            throw new ArgumentException($"Layer '{Operations[0].Name}' takes {InputLength} inputs, the examples have {examples.InputLength}.", nameof(examples));
        }

        if (examples.Count < 1)
        {
            throw new ArgumentException("There are no examples; give at least one.", nameof(examples));
        }
    }

    private static int LoadInOrder(TrainingSession session, IExampleSource examples, int first)
    {
        int count = Math.Min(session.Plan.BatchSize, examples.Count - first);
        for (int place = 0; place < count; place++)
        {
            session.Load(place, examples, first + place);
        }

        return count;
    }

    private void CheckFits(ReadOnlySpan<float> parameters, IExampleSource examples)
    {
        CheckFits(examples);
        if (parameters.Length != Layout.ParameterCount)
        {
            throw new ArgumentException($"The network has {Layout.ParameterCount} parameters, the vector {parameters.Length}.", nameof(parameters));
        }
    }
}
