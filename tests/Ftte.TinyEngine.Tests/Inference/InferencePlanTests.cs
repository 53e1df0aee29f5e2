using CsCheck;

namespace Ftte.TinyEngine.Tests;

public class InferencePlanTests
{
    public static TheoryData<string> Names => [.. NetworkZoo.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_estimate_is_what_a_predictor_allocates(string name)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        foreach (FrozenFormat format in Enum.GetValues<FrozenFormat>())
        {
            using var parameters = FrozenParameters.Compress(network, network.Initialize(1), format);
            var options = new PredictorOptions { BatchSize = 4, Threads = 2 };
            InferencePlan plan = network.PlanInference(options, parameters);
            using Predictor predictor = network.CreateFrozenPredictor(parameters, options);

            Assert.Equal(plan.ArenaBytes, predictor.Arena.Bytes);
            Assert.Equal(plan.PeakBytes, predictor.Arena.Bytes + parameters.Bytes);
            Assert.Equal(plan.ArenaBytes, plan.Tensors.Max(t => t.Offset + t.Bytes));
        }
    }

    [Fact]
    public void Supplied_memory_of_the_planned_size_is_enough_and_one_byte_less_is_not()
    {
        Network network = NetworkZoo.DsCnn(normalization: NormalizationKind.Batch);
        float[] parameters = network.Initialize(1);
        int bytes = (int)network.PlanInference().ArenaBytes + 64;
        float[] input = TestData.Values(network.InputLength, 1);
        using Predictor own = network.CreatePredictor(parameters);
        using Predictor supplied = network.CreatePredictor(parameters, new PredictorOptions { Memory = new byte[bytes] });

        Assert.Equal(own.Predict(input), supplied.Predict(input));
        Assert.Contains(
            "Supply more memory",
            Assert.Throws<ArgumentException>(() => network.CreatePredictor(parameters, new PredictorOptions { Memory = new byte[bytes - 1] })).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Inference_takes_no_more_memory_than_evaluation_and_no_memory_for_labels_and_gradients(string name)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        InferencePlan plan = network.PlanInference(new PredictorOptions { BatchSize = 8 });
        TrainingPlan evaluation = network.Plan(
            ParameterSelection.Create(network.Layout.ParameterCount, []), new SgdOptions { BatchSize = 8 }, new EngineOptions { PrefixExamples = null });

        Assert.True(plan.ArenaBytes < evaluation.ArenaBytes, $"{plan.ArenaBytes} of {evaluation.ArenaBytes}");
        Assert.All(plan.Tensors, tensor => Assert.Equal(TensorRole.Transient, tensor.Role));
    }

    [Fact]
    public void Writes_stay_within_live_tensors_of_random_networks() => RandomNetworks.Network.Sample(
        network =>
        {
            float[] parameters = network.Initialize(1), inputs = TestData.Values(3 * network.InputLength, 2);
            float[] expected = new float[3 * network.OutputLength], actual = new float[expected.Length];
            using Predictor predictor = network.CreatePredictor(parameters, new PredictorOptions { BatchSize = 3 });
            predictor.Predict(inputs, new PredictionBuffers { Outputs = expected });

            // Another content of the arena changes nothing, so nothing is read that was not written.
            predictor.Arena.Everything().Fill(0xFF);
            predictor.Predict(inputs, new PredictionBuffers { Outputs = actual });
            Assert.Equal(expected, actual);

            foreach (Operation layer in network.Operations.SkipLast(1))
            {
                using Predictor embedding = network.CreatePredictor(parameters, new PredictorOptions { BatchSize = 2, EmbeddingLayer = layer.Name });
                float[] values = new float[3 * embedding.EmbeddingLength], alone = new float[values.Length];
                embedding.Predict(inputs, new PredictionBuffers { Outputs = actual, Embeddings = values });
                embedding.Predict(inputs, new PredictionBuffers { Embeddings = alone });
                Assert.Equal(expected, actual);
                Assert.Equal(alone, values);
            }
        },
        iter: 60);
}
