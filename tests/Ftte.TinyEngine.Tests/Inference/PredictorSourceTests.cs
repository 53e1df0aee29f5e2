using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.TinyEngine.Tests;

/// <summary>The sources of a predictor's parameters, and what happens to them.</summary>
public class PredictorSourceTests
{
    private static readonly Network Network = Network.Build(6, 6, 2).Conv("c", 4, kernel: 3, padding: 1, bias: false).BatchNorm("bn").Relu()
        .GlobalAveragePool().Linear("fc", 3).SoftmaxCrossEntropy();

    private static readonly float[] Start = Network.Initialize(4);
    private static readonly float[] Input = TestData.Values(Network.InputLength, 8);

    [Fact]
    public void A_snapshot_an_array_and_a_safetensors_file_give_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.safetensors");
        Network.SaveWeights(path, Start);
        using Predictor array = Network.CreatePredictor(Start);
        using Predictor snapshot = Network.CreatePredictor(new ModelSnapshot(Network.Layout, default, Start));
        using Predictor file = Network.LoadPredictor(path);

        Assert.Equal(Outputs(array), Outputs(snapshot));
        Assert.Equal(Outputs(array), Outputs(file));
    }

    [Theory]
    [InlineData(FrozenFormat.Float32)]
    [InlineData(FrozenFormat.BFloat16)]
    [InlineData(FrozenFormat.Int8)]
    public void Parameters_of_every_format_give_the_bits_of_the_expanded_vector(FrozenFormat format)
    {
        using var frozen = FrozenParameters.Compress(Network, Start, format);
        float[] expanded = new float[frozen.Count];
        frozen.CopyTo(0, expanded);
        using Predictor compressed = Network.CreateFrozenPredictor(frozen), full = Network.CreatePredictor(expanded);

        Assert.Equal(Outputs(full), Outputs(compressed));
    }

    [Fact]
    public void A_mapped_file_gives_the_bits_of_the_vector_and_an_error_after_it_became_shorter()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = new byte[sizeof(float) * Start.Length];
        Buffer.BlockCopy(Start, 0, bytes, 0, bytes.Length);
        string path = folder.Write("vector", bytes);
        using var mapped = FrozenParameters.Map(Network, path);
        using Predictor predictor = Network.CreateFrozenPredictor(mapped), expected = Network.CreatePredictor(Start);
        Assert.Equal(Outputs(expected), Outputs(predictor));
        Assert.Equal(0, predictor.Plan.ParameterBytes);

        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(bytes.Length - 4);
        }

        Assert.Throws<InvalidDataException>(() => Outputs(predictor));
    }

    [Fact]
    public async Task The_parameters_of_a_client_give_the_predictions_of_the_model_that_it_last_received()
    {
        var examples = TestData.Examples(8, Network.InputLength, 3, 1);
        var selections = new SelectionHistory(Network.Trainable);
        var aggregator = new BufferedAggregator(new ModelSnapshot(Network.Layout, default, Start), selections, new() { Capacity = 1 });
        await using var server = new FederatedServer(aggregator, selections);
        using var trainer = new LocalTrainer(Network, examples, new SgdOptions { LearningRate = 0.5f });
        var client = new FederatedClient(server, trainer, new() { ClientId = new("device"), MemoryBudgetBytes = 1 << 20 });
        await client.RunOnceAsync();
        using Predictor predictor = Network.CreatePredictor(client.Parameters);
        float[] before = Outputs(predictor);
        ModelSnapshot next = server.Current;
        await client.RunOnceAsync();
        using Predictor expected = Network.CreatePredictor(next);

        Assert.Equal(Outputs(expected), Outputs(predictor));
        Assert.NotEqual(before, Outputs(predictor));
    }

    [Fact]
    public async Task A_predictor_and_a_trainer_use_the_same_memory_in_turn()
    {
        byte[] memory = GC.AllocateArray<byte>(1 << 20, pinned: true);
        using var trainer = new LocalTrainer(Network, TestData.Examples(8, Network.InputLength, 3, 1), engine: new EngineOptions { Memory = memory });
        using Predictor shared = Network.CreatePredictor(Start, new PredictorOptions { Memory = memory }), expected = Network.CreatePredictor(Start);
        float[] before = Outputs(shared);
        using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, Network.Trainable), Start);

        Assert.Equal(Outputs(expected), before);
        Assert.Equal(before, Outputs(shared));
    }

    private static float[] Outputs(Predictor predictor)
    {
        float[] outputs = new float[Network.OutputLength];
        predictor.Predict(Input, new PredictionBuffers { Outputs = outputs });
        return outputs;
    }
}
