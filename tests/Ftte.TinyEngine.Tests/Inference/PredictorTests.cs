using System.Runtime.InteropServices;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests;

public class PredictorTests
{
    private const int Count = 7;

    public static TheoryData<string> Networks => TestNetworks.Names;

    public static TheoryData<string, int, string, bool> AllocationCases()
    {
        var cases = new TheoryData<string, int, string, bool>();
        foreach ((string name, int threads) in new[] { ("resnet8", 1), ("dscnn", 1), ("mlp", 2) })
        {
            foreach (string format in new[] { "Float32", "BFloat16", "Int8", "Mapped" })
            {
                cases.Add(name, threads, format, true);
                cases.Add(name, threads, format, false);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Outputs_have_the_bits_of_evaluation(string name)
    {
        (Network network, float[] parameters, IExampleSource examples, float[] inputs) = Case(name);
        using Predictor predictor = network.CreatePredictor(parameters, new PredictorOptions { BatchSize = 3 });
        float[] outputs = new float[Count * network.OutputLength], gradient = new float[network.OutputLength];
        predictor.Predict(inputs, new PredictionBuffers { Outputs = outputs });

        double sum = 0;
        float[] target = new float[network.OutputLength], input = new float[network.InputLength];
        for (int n = 0; n < Count; n++)
        {
            int label = examples.CopyTo(n, input);
            (examples as ITargetSource)?.CopyTargetTo(n, 0, target);
            ReadOnlySpan<float> x = outputs.AsSpan(n * network.OutputLength, network.OutputLength);
            sum += network.Loss.Kind switch
            {
                LossKind.SoftmaxCrossEntropy => SoftmaxKernel.Run(x, label, 1, gradient).Loss,
                LossKind.BinaryCrossEntropy => BinaryCrossEntropy.Run(x, network.ClassCount > 0 ? [label] : target, 1, gradient),
                _ => MeanSquaredError.Run(x, target, 1, gradient),
            };
        }

        Assert.Equal(network.Evaluate(parameters, examples).Loss, sum / Count);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_batch_gives_the_bits_of_single_examples_at_every_batch_size_and_number_of_threads(string name)
    {
        (Network network, float[] parameters, _, float[] inputs) = Case(name);
        Results expected = Run(network, parameters, inputs, new PredictorOptions(), isSingle: true);

        foreach (int batch in new[] { 1, 2, 7, 20 })
        {
            foreach (int threads in new[] { 1, 2, 3 })
            {
                expected.AssertEqual(Run(network, parameters, inputs, new PredictorOptions { BatchSize = batch, Threads = threads }, isSingle: false));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_layer_can_be_the_embedding_and_changes_no_output(string name)
    {
        (Network network, float[] parameters, _, float[] inputs) = Case(name);
        Results expected = Run(network, parameters, inputs, new PredictorOptions(), isSingle: false);
        float[] outputs = new float[Count * network.OutputLength];

        foreach (Operation layer in network.Operations.SkipLast(1))
        {
            using Predictor predictor = network.CreatePredictor(parameters, new PredictorOptions { BatchSize = 4, EmbeddingLayer = layer.Name });
            float[] alone = new float[Count * predictor.EmbeddingLength], together = new float[alone.Length];
            predictor.Predict(inputs, new PredictionBuffers { Embeddings = alone });
            predictor.Predict(inputs, new PredictionBuffers { Embeddings = together, Outputs = outputs });

            Assert.Equal(alone, together);
            Assert.Equal(expected.Outputs, outputs);
            Assert.NotEqual(0, alone.Count(v => v != 0));
            if (layer.Output == network.Loss.Input)
            {
                Assert.Equal(outputs, alone);
            }
        }
    }

    [Fact]
    public void The_embedding_before_an_activation_is_not_overwritten_by_the_activation_in_place()
    {
        Network network = Network.Build(3).Linear("fc1", 2).Relu().Linear("fc2", 2).SoftmaxCrossEntropy();
        float[] parameters = new float[network.Layout.ParameterCount];
        parameters.AsSpan(6, 2).Fill(-1.5f);
        using Predictor before = network.CreatePredictor(parameters, new PredictorOptions { EmbeddingLayer = "fc1" });
        using Predictor after = network.CreatePredictor(parameters, new PredictorOptions { EmbeddingLayer = "fc1.relu" });
        float[] embedding = new float[2], outputs = new float[2];

        before.Predict([1, 2, 3], new PredictionBuffers { Embeddings = embedding, Outputs = outputs });
        Assert.Equal([-1.5f, -1.5f], embedding);

        after.Predict([1, 2, 3], new PredictionBuffers { Embeddings = embedding, Outputs = outputs });
        Assert.Equal([0f, 0f], embedding);
    }

    [Fact]
    public void Class_and_probabilities_are_those_of_the_softmax()
    {
        Network network = Network.Build(2).Linear("fc", 3).SoftmaxCrossEntropy();

        // The weight is [input, output]: outputs are (x0, x1, x0 + x1 - 1).
        float[] parameters = [1, 0, 1, 0, 1, 1, 0, 0, -1];
        using Predictor predictor = network.CreatePredictor(parameters);
        float[] probabilities = new float[3];

        Assert.Equal(1, predictor.Predict([0.5f, 2], probabilities));

        double[] exponentials = [Math.Exp(0.5), Math.Exp(2), Math.Exp(1.5)];
        Assert.All(exponentials.Zip(probabilities), pair => Assert.Equal(pair.First / exponentials.Sum(), pair.Second, 6));
        Assert.Equal(3, predictor.ProbabilityLength);
        Assert.Equal(0, predictor.Predict([1, 1]));
    }

    [Fact]
    public void A_binary_loss_with_one_output_has_two_classes_and_two_probabilities()
    {
        Network network = Network.Build(1).Linear("fc", 1).BinaryCrossEntropy();
        using Predictor predictor = network.CreatePredictor(new float[] { 1, 0 });
        float[] probabilities = new float[2];

        Assert.Equal(1, predictor.Predict([MathF.Log(3)], probabilities));
        Assert.Equal([0.25f, 0.75f], probabilities, (a, b) => MathF.Abs(a - b) < 1e-6f);
        Assert.Equal(0, predictor.Predict([0]));
    }

    [Fact]
    public void A_binary_loss_with_several_outputs_has_a_probability_per_output_and_no_classes()
    {
        Network network = Network.Build(1).Linear("fc", 3).BinaryCrossEntropy();
        using Predictor predictor = network.CreatePredictor(new float[] { 0, 1, -1, 0, 0, 0 });
        float[] probabilities = new float[3];
        predictor.Predict([MathF.Log(3)], new PredictionBuffers { Probabilities = probabilities });

        Assert.Equal([0.5f, 0.75f, 0.25f], probabilities, (a, b) => MathF.Abs(a - b) < 1e-6f);
        Assert.Contains("no classes", Assert.Throws<ArgumentException>(() => predictor.Predict([0])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Outputs_that_are_not_finite_have_no_class(float bias)
    {
        Network network = Network.Build(1).Linear("fc", 2).SoftmaxCrossEntropy();
        using Predictor predictor = network.CreatePredictor(new float[] { 1, 1, 0, bias });
        float[] probabilities = new float[2];

        Assert.Equal(-1, predictor.Predict([1], probabilities));
        Assert.All(probabilities, p => Assert.True(float.IsNaN(p)));
        Assert.Equal(0, network.Evaluate([1, 1, 0, bias], new ArrayExamples(new float[] { 1 }, new[] { 1 }, 1)).Accuracy);
    }

    [Theory]
    [MemberData(nameof(AllocationCases))]
    public void A_call_allocates_nothing(string name, int threads, string format, bool isMemorySupplied)
    {
        Network network = NetworkZoo.Create(name, NormalizationKind.Batch);
        using var folder = new TemporaryFolder();
        float[] values = network.Initialize(1);
        using FrozenParameters parameters = format == "Mapped"
            ? FrozenParameters.Map(network, folder.Write("vector", MemoryMarshal.AsBytes(values.AsSpan()).ToArray()))
            : FrozenParameters.Compress(network, values, Enum.Parse<FrozenFormat>(format));
        var options = new PredictorOptions { BatchSize = 2, Threads = threads, EmbeddingLayer = network.Operations[0].Name };
        options.Memory = isMemorySupplied ? GC.AllocateArray<byte>((int)network.PlanInference(options, parameters).ArenaBytes + 64, pinned: true) : default;
        using Predictor predictor = network.CreateFrozenPredictor(parameters, options);
        float[] inputs = TestData.Values(3 * network.InputLength, 1), probabilities = new float[3 * predictor.ProbabilityLength];
        float[] outputs = new float[3 * network.OutputLength], embeddings = new float[3 * predictor.EmbeddingLength];
        int[] classes = new int[3];

        long allocated = Allocated.AtMost(0, () =>
        {
            predictor.Predict(inputs, new PredictionBuffers { Classes = classes, Probabilities = probabilities, Outputs = outputs, Embeddings = embeddings });
            predictor.Predict(inputs, new PredictionBuffers { Embeddings = embeddings });
            predictor.Predict(inputs.AsSpan(0, network.InputLength), probabilities.AsSpan(0, predictor.ProbabilityLength));
        });

        Assert.Equal(0, allocated);
    }

    private static (Network Network, float[] Parameters, IExampleSource Examples, float[] Inputs) Case(string name)
    {
        Network network = TestNetworks.All[name]();
        IExampleSource examples = TestNetworks.Examples(network, Count, 5);
        float[] inputs = new float[Count * network.InputLength];
        for (int n = 0; n < Count; n++)
        {
            examples.CopyTo(n, inputs.AsSpan(n * network.InputLength, network.InputLength));
        }

        return (network, TestNetworks.Parameters(network, 3), examples, inputs);
    }

    private static Results Run(Network network, float[] parameters, float[] inputs, PredictorOptions options, bool isSingle)
    {
        using Predictor predictor = network.CreatePredictor(parameters, options);
        var results = new Results(
            new int[network.ClassCount == 0 ? 0 : Count], new float[Count * predictor.ProbabilityLength], new float[Count * network.OutputLength]);
        int step = isSingle ? 1 : Count;
        for (int first = 0; first < Count; first += step)
        {
            predictor.Predict(inputs.AsSpan(first * network.InputLength, step * network.InputLength), new PredictionBuffers
            {
                Classes = network.ClassCount == 0 ? default : results.Classes.AsSpan(first, step),
                Probabilities = results.Probabilities.AsSpan(first * predictor.ProbabilityLength, step * predictor.ProbabilityLength),
                Outputs = results.Outputs.AsSpan(first * network.OutputLength, step * network.OutputLength),
            });
        }

        return results;
    }

    private sealed record Results(int[] Classes, float[] Probabilities, float[] Outputs)
    {
        public void AssertEqual(Results other)
        {
            Assert.Equal(Classes, other.Classes);
            Assert.Equal(Probabilities, other.Probabilities);
            Assert.Equal(Outputs, other.Outputs);
        }
    }
}
