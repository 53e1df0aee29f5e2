namespace Ftte.TinyEngine.Tests;

/// <summary>Ten training steps that libtorch took from the same weights on the same batches, taken again by the engine.</summary>
public class LibtorchTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Recordings => [.. RecordedRun.Names];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Ten_steps_of_libtorch_are_reproduced_in_loss_and_weights(string name)
    {
        RecordedRun run = RecordedRun.Load(name);
        Network network = NetworkZoo.Create(run.Model, NormalizationKind.Batch);
        BlockDefinition[] blocks = [.. network.Operations.SelectMany(o => o.Blocks)];
        Assert.Equal(blocks.Select(b => b.FileShape), run.Tensors.Select(t => t.Shape));
        float[] parameters = [.. run.Tensors.SelectMany((t, i) => Permute(run.Start(t), blocks[i], toFile: false))];
        var trained = run.Trained.Select(t => network.Layout.Blocks[Array.FindIndex(run.Tensors, r => r.Name == t.Name)].Range);
        var selection = ParameterSelection.Create(parameters.Length, trained);

        for (int step = 0; step < run.Losses.Length; step++)
        {
            var batch = new ArrayExamples(run.InputsChannelsLast(step), run.Labels[step], network.InputLength);
            var options = new SgdOptions { BatchSize = run.BatchSize, Steps = 1, LearningRate = run.LearningRate, ClipRatio = null };
            double loss = network.Train(parameters, batch, options, selection, new EngineOptions { MicroBatchSize = 2 }).MeanLoss;
            Assert.Equal(run.Losses64[step], loss, Tolerance * run.Losses64[step]);
        }

        foreach (RecordedRun.TrainedTensor tensor in run.Trained)
        {
            int block = Array.FindIndex(run.Tensors, r => r.Name == tensor.Name);
            ParameterRange range = network.Layout.Blocks[block].Range;
            float[] actual = Permute(parameters.AsSpan(range.Start, range.Length).ToArray(), blocks[block], toFile: true);
            double scale = Math.Sqrt(tensor.SumOfSquares64 / range.Length);
            int[] indices = tensor.Indices;
            for (int i = 0; i < indices.Length; i++)
            {
                Assert.Equal(tensor.Values64[i], actual[indices[i]], Tolerance * scale);
            }

            // Beyond the weights, their change agrees as closely as float32 runs of libtorch agree with float64.
            float[] start = run.Start(run.Tensors[block]);
            double change = Math.Sqrt(actual.Zip(start, (a, s) => ((double)a - s) * ((double)a - s)).Sum());
            Assert.Equal(tensor.Change64, change, (4 * tensor.Farthest64) + (Tolerance * tensor.Change64));
        }
    }

    /// <summary>Moves values between the order of the flat vector and that of PyTorch.</summary>
    private static float[] Permute(float[] values, BlockDefinition block, bool toFile)
    {
        int[] view = block.View;
        if (view.Length == 1)
        {
            return values;
        }

        // [rows, columns, inputs, outputs] in the vector, [outputs, inputs, rows, columns] in PyTorch; with fewer dimensions likewise.
        int outputs = view[^1], inputs = view[^2], positions = values.Length / outputs / inputs;
        float[] result = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            (int position, int input, int output) = (i / outputs / inputs, i / outputs % inputs, i % outputs);
            int file = (((output * inputs) + input) * positions) + position;
            (int from, int to) = toFile ? (i, file) : (file, i);
            result[to] = values[from];
        }

        return result;
    }
}
