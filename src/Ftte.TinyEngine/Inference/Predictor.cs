using System.Diagnostics.CodeAnalysis;
using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Computes the predictions of a network: classes, probabilities, raw outputs and embeddings, in memory that is planned to the byte.</summary>
/// <remarks>
/// <para>Created by <see cref="NetworkInference"/>. A call allocates no managed memory.</para>
/// <para><b>Reproducibility</b>: predictions have the bits of the forward pass of an evaluation (<see cref="NetworkEvaluation"/>), at every batch size, number of threads and vector width.</para>
/// <para><b>Threading</b>: one call at a time. A call that begins before another one has ended throws <see cref="InvalidOperationException"/>. Several predictors can share
/// parameters, so create one for each thread.</para>
/// </remarks>
public sealed unsafe class Predictor : IDisposable
{
    private readonly FrozenParameters _parameters;
    private readonly bool _ownsParameters;
    private readonly TrainingSession _session;
    private readonly OutputReader _reader;

    internal Predictor(InferencePlan plan, FrozenParameters parameters, bool ownsParameters, PredictorOptions options)
    {
        (Plan, _parameters, _ownsParameters) = (plan, parameters, ownsParameters);
        _session = new TrainingSession(plan.Passes, options.ToEngineOptions());
        _reader = new OutputReader(Network.Loss);
        Calls = new ResourceGuard(Free, "Another call of the predictor has not ended. Create a predictor for each thread.");
    }

    /// <summary>Gets the network.</summary>
    public Network Network => Plan.Network;

    /// <summary>Gets the plan of the memory.</summary>
    public InferencePlan Plan { get; }

    /// <summary>Gets the number of probabilities per example.</summary>
    /// <value>
    /// <see cref="Network.ClassCount"/> if the network has classes; <see cref="Network.OutputLength"/> for a binary loss with several outputs, each of which has its own
    /// probability; 0 for the squared error.
    /// </value>
    public int ProbabilityLength => _reader.ProbabilityLength;

    /// <summary>Gets the number of values of an embedding; 0 if <see cref="PredictorOptions.EmbeddingLayer"/> is not set.</summary>
    /// <value>The embedding of an image is [row, column, channel].</value>
    public int EmbeddingLength => Plan.EmbeddingLayer?.Output.Shape.Count ?? 0;

    /// <summary>Gets the guard that runs one call at a time; for tests, too.</summary>
    internal ResourceGuard Calls { get; }

    /// <summary>Gets the arena, for tests.</summary>
    internal Arena Arena => _session.Arena;

    /// <summary>Predicts the class of one example.</summary>
    /// <param name="input">The input, <see cref="Network.InputLength"/> values.</param>
    /// <returns>
    /// The class with the largest output, the first one if several are equal; -1 if the outputs define no class because one of them is NaN or the largest is infinite, which means that
    /// training diverged or the input is not finite. With a binary loss, 1 if the probability is above 1/2.
    /// </returns>
    /// <exception cref="ArgumentException">The length is wrong, or the network has no classes.</exception>
    /// <exception cref="InvalidOperationException">Another call has not ended.</exception>
    /// <exception cref="ObjectDisposedException">The predictor or its parameters were disposed.</exception>
    public int Predict(ReadOnlySpan<float> input) => Predict(input, probabilities: default);

    /// <summary>Predicts the class of one example, with the probabilities.</summary>
    /// <param name="input">The input, <see cref="Network.InputLength"/> values.</param>
    /// <param name="probabilities">Receives <see cref="ProbabilityLength"/> values; NaN if the outputs define no probabilities.</param>
    /// <returns>The class, as of <see cref="Predict(ReadOnlySpan{float})"/>.</returns>
    /// <exception cref="ArgumentException">A length is wrong, or the network has no classes.</exception>
    /// <exception cref="InvalidOperationException">Another call has not ended.</exception>
    /// <exception cref="ObjectDisposedException">The predictor or its parameters were disposed.</exception>
    public int Predict(ReadOnlySpan<float> input, Span<float> probabilities)
    {
        if (input.Length != Network.InputLength)
        {
            throw new ArgumentException($"The network takes {Network.InputLength} values per example, but the input has {input.Length}. Specify the values of one example.", nameof(input));
        }

        int predicted = 0;
        Predict(input, new PredictionBuffers { Classes = new Span<int>(ref predicted), Probabilities = probabilities });
        return predicted;
    }

    /// <summary>Computes the predictions of one or more examples.</summary>
    /// <param name="inputs">The inputs of all examples, one after the other: <see cref="Network.InputLength"/> values each.</param>
    /// <param name="buffers">Receives the results of all examples; only what has a buffer is computed.</param>
    /// <exception cref="ArgumentException">
    /// There is no example, a length is wrong, there is no buffer, or a buffer is for a result that the network does not have.
    /// </exception>
    /// <exception cref="InvalidOperationException">Another call has not ended, or the supplied memory is in use.</exception>
    /// <exception cref="ObjectDisposedException">The predictor or its parameters were disposed.</exception>
    /// <exception cref="InvalidDataException">The file that contains the parameters has become shorter.</exception>
    public void Predict(ReadOnlySpan<float> inputs, PredictionBuffers buffers)
    {
        int count = Check(inputs, buffers);
        Calls.Enter(this);
        try
        {
            using TrainingRun run = _session.Begin(_parameters, trained: null, count);
            for (int first = 0; first < count; first += Plan.BatchSize)
            {
                Run(inputs, buffers, first, Math.Min(Plan.BatchSize, count - first));
            }
        }
        finally
        {
            Calls.Exit();
        }
    }

    /// <summary>Ends the threads of the predictor and frees its memory. If a call is running, they are freed when it ends.</summary>
    public void Dispose() => Calls.Dispose();

    private void Run(ReadOnlySpan<float> inputs, PredictionBuffers buffers, int first, int count)
    {
        TrainingPlan plan = _session.Plan;
        TrainingPass pass = _session.Pass;
        int inputLength = Network.InputLength, outputLength = Network.OutputLength;
        inputs.Slice(first * inputLength, count * inputLength).CopyTo(new Span<float>(pass.Floats(plan.Input), count * inputLength));
        bool needsOutputs = !(buffers.Classes.IsEmpty && buffers.Probabilities.IsEmpty && buffers.Outputs.IsEmpty);
        _session.Forward(count, needsOutputs ? plan.Operations.Length : Plan.EmbeddingLayer!.Step + 1);
        if (!buffers.Embeddings.IsEmpty)
        {
            new ReadOnlySpan<float>(pass.Floats(plan.Embedding!), count * EmbeddingLength).CopyTo(buffers.Embeddings[(first * EmbeddingLength)..]);
        }

        if (!buffers.Outputs.IsEmpty)
        {
            new ReadOnlySpan<float>(pass.Floats(plan.Outputs), count * outputLength).CopyTo(buffers.Outputs[(first * outputLength)..]);
        }

        for (int n = 0; n < count && needsOutputs; n++)
        {
            var outputs = new ReadOnlySpan<float>(pass.Floats(plan.Outputs) + ((long)n * outputLength), outputLength);
            if (!buffers.Classes.IsEmpty)
            {
                buffers.Classes[first + n] = _reader.Classify(outputs);
            }

            if (!buffers.Probabilities.IsEmpty)
            {
                _reader.ComputeProbabilities(outputs, buffers.Probabilities.Slice((first + n) * ProbabilityLength, ProbabilityLength));
            }
        }
    }

    /// <summary>Validates the lengths, and returns the number of examples.</summary>
    private int Check(ReadOnlySpan<float> inputs, PredictionBuffers buffers)
    {
        (int count, int rest) = Math.DivRem(inputs.Length, Network.InputLength);
        if (count == 0 || rest > 0)
        {
            throw new ArgumentException(
                $"The network takes {Network.InputLength} values per example, but the inputs have {inputs.Length}. Specify the values of one or more whole examples.", nameof(inputs));
        }

        if (Network.ClassCount == 0 && !buffers.Classes.IsEmpty)
        {
            throw Wrong($"Loss '{Network.Loss.Name}' compares outputs with a target, so the network has no classes. Request its outputs.");
        }

        if (ProbabilityLength == 0 && !buffers.Probabilities.IsEmpty)
        {
            throw Wrong($"The outputs of loss '{Network.Loss.Name}' are not probabilities. Request its outputs.");
        }

        if (EmbeddingLength == 0 && !buffers.Embeddings.IsEmpty)
        {
            throw Wrong($"The predictor computes no embedding. Set {nameof(PredictorOptions)}.{nameof(PredictorOptions.EmbeddingLayer)} when it is created.");
        }

        bool isWanted = CheckLength("classes", buffers.Classes.Length, count, 1)
            | CheckLength("probabilities", buffers.Probabilities.Length, count, ProbabilityLength)
            | CheckLength("outputs", buffers.Outputs.Length, count, Network.OutputLength)
            | CheckLength("embeddings", buffers.Embeddings.Length, count, EmbeddingLength);
        return isWanted ? count : throw Wrong("There is no buffer, so nothing would be computed. Set at least one.");
    }

    /// <summary>Validates the length of a buffer, and returns whether the buffer is set.</summary>
    private static bool CheckLength(string name, int length, int examples, int perExample) =>
        length == 0 || length == (long)examples * perExample
            ? length > 0
            : throw Wrong($"The {name} of {examples} examples take {(long)examples * perExample} values, but the buffer has {length}. Specify a buffer of that length.");

    [SuppressMessage("Usage", "CA2208:Instantiate argument exceptions correctly", Justification = "The parameter of the public method.")]
    private static ArgumentException Wrong(string message) => new(message, "buffers");

    private void Free()
    {
        _session.Dispose();
        if (_ownsParameters)
        {
            _parameters.Dispose();
        }
    }
}
