namespace Ftte.TinyEngine.Tests;

/// <summary>Misuse of a predictor: one clear error, and a predictor that stays usable.</summary>
public class PredictorGuardTests
{
    private static readonly Network Network = Network.Build(4).Linear("fc1", 3).Relu().Linear("fc2", 2).SoftmaxCrossEntropy();
    private static readonly float[] Parameters = Network.Initialize(1);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void A_single_input_of_another_length_is_refused(int length)
    {
        using Predictor predictor = Network.CreatePredictor(Parameters);
        Assert.Equal(
            $"The network takes 4 values per example, but the input has {length}. Specify the values of one example. (Parameter 'input')",
            Assert.Throws<ArgumentException>(() => predictor.Predict(new float[length])).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void Inputs_that_are_not_whole_examples_are_refused(int length)
    {
        using Predictor predictor = Network.CreatePredictor(Parameters);
        Assert.Equal(
            $"The network takes 4 values per example, but the inputs have {length}. Specify the values of one or more whole examples. (Parameter 'inputs')",
            Assert.Throws<ArgumentException>(() => predictor.Predict(new float[length], new PredictionBuffers { Classes = new int[1] })).Message);
    }

    [Fact]
    public void Buffers_that_do_not_fit_are_refused_by_name()
    {
        using Predictor predictor = Network.CreatePredictor(Parameters);
        float[] two = new float[8];

        Assert.StartsWith("The classes of 2 examples take 2 values, but the buffer has 3.", Message(() => predictor.Predict(two, new PredictionBuffers { Classes = new int[3] })), StringComparison.Ordinal);
        Assert.StartsWith("The probabilities of 2 examples take 4 values, but the buffer has 5.", Message(() => predictor.Predict(two, new PredictionBuffers { Probabilities = new float[5] })), StringComparison.Ordinal);
        Assert.StartsWith("The outputs of 2 examples take 4 values, but the buffer has 2.", Message(() => predictor.Predict(two, new PredictionBuffers { Outputs = new float[2] })), StringComparison.Ordinal);
        Assert.StartsWith("The predictor computes no embedding.", Message(() => predictor.Predict(two, new PredictionBuffers { Embeddings = new float[6] })), StringComparison.Ordinal);
        Assert.StartsWith("There is no buffer", Message(() => predictor.Predict(two, new PredictionBuffers())), StringComparison.Ordinal);
    }

    [Fact]
    public void The_squared_error_has_no_classes_and_no_probabilities()
    {
        Network network = Network.Build(2).Linear("fc", 2).MeanSquaredError();
        using Predictor predictor = network.CreatePredictor(network.Initialize(1));

        Assert.Equal(0, predictor.ProbabilityLength);
        Assert.Contains("no classes", Message(() => predictor.Predict([1, 2])), StringComparison.Ordinal);
        Assert.Contains("are not probabilities", Message(() => predictor.Predict([1, 2], new PredictionBuffers { Probabilities = new float[2] })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_does_not_exist_is_refused_with_the_names_of_those_that_do()
    {
        string message = Message(() => Network.CreatePredictor(Parameters, new PredictorOptions { EmbeddingLayer = "fc3" }));
        Assert.StartsWith("The network has no layer 'fc3' for the embedding. Specify one of fc2, fc1.relu, fc1.", message, StringComparison.Ordinal);
        Assert.Contains("no layer 'loss'", Message(() => Network.PlanInference(new PredictorOptions { EmbeddingLayer = "loss" })), StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_of_another_network_are_refused()
    {
        Network other = Network.Build(4).Linear("fc1", 3).Relu().Linear("head", 2).SoftmaxCrossEntropy();
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "other.safetensors");
        other.SaveWeights(path, Parameters);

        Assert.Contains("but the network has", Message(() => Network.CreatePredictor(new ModelSnapshot(other.Layout, default, Parameters))), StringComparison.Ordinal);
        Assert.Contains("but the vector has 3", Message(() => Network.CreatePredictor(new float[3])), StringComparison.Ordinal);
        Assert.Contains("but the frozen ones are from a vector of 3", Message(() => Network.CreateFrozenPredictor(FrozenParameters.Of(new float[3]))), StringComparison.Ordinal);
        Assert.Contains("fc2.weight", Assert.Throws<InvalidDataException>(() => Network.LoadPredictor(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 65)]
    public void Options_out_of_range_are_refused(int batchSize, int threads) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Network.CreatePredictor(Parameters, new PredictorOptions { BatchSize = batchSize, Threads = threads }));

    [Fact]
    public void A_second_call_during_a_call_is_refused_and_disposal_waits_for_the_end_of_the_call()
    {
        Predictor predictor = Network.CreatePredictor(Parameters);
        predictor.Calls.Enter(predictor);
        Assert.Equal(
            "Another call of the predictor has not ended. Create a predictor for each thread.",
            Assert.Throws<InvalidOperationException>(() => predictor.Predict(new float[4])).Message);

        predictor.Dispose();
        Assert.False(predictor.Arena.Everything().IsEmpty);
        predictor.Calls.Exit();
        Assert.Throws<ObjectDisposedException>(() => predictor.Arena.Everything().IsEmpty);
    }

    [Fact]
    public void Calls_from_several_threads_return_the_right_result_or_are_refused()
    {
        float[] input = [1, -2, 3, 0.5f];
        using Predictor predictor = Network.CreatePredictor(Parameters);
        float[] expected = new float[2];
        int expectedClass = predictor.Predict(input, expected);
        Parallel.For(0, 2000, _ =>
        {
            float[] probabilities = new float[2];
            try
            {
                Assert.Equal(expectedClass, predictor.Predict(input, probabilities));
                Assert.Equal(expected, probabilities);
            }
            catch (InvalidOperationException)
            {
            }
        });
    }

    [Fact]
    public void A_disposed_predictor_refuses_calls_and_leaves_shared_parameters_usable()
    {
        using FrozenParameters shared = FrozenParameters.Of(Parameters);
        Predictor first = Network.CreateFrozenPredictor(shared);
        using Predictor second = Network.CreateFrozenPredictor(shared);
        int expected = first.Predict(new float[4]);
        first.Dispose();
        first.Dispose();

        Assert.Throws<ObjectDisposedException>(() => first.Predict(new float[4]));
        Assert.Equal(expected, second.Predict(new float[4]));
        shared.Dispose();
        Assert.Throws<ObjectDisposedException>(() => second.Predict(new float[4]));
    }

    private static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
}
