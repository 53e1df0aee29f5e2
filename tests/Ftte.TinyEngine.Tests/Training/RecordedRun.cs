using System.Text;
using System.Text.Json;

namespace Ftte.TinyEngine.Tests;

/// <summary>Ten steps of training that libtorch took, and the formulas that give what it started from (see tests/recordings).</summary>
/// <remarks>Tensors are in torch's order throughout, weights [outputs, inputs, rows, columns] and examples [channels, rows, columns].</remarks>
internal sealed class RecordedRun
{
    private readonly RunJson _json;

    private RecordedRun(RunJson json, RunJson model)
    {
        _json = json;
        Tensors = model.Tensors!;
        Labels = model.Labels!;
        InputChecksums = model.InputChecksums!;
        Trained = [.. json.Trained.Select(t => new TrainedTensor(t, Tensors.Single(r => r.Name == t.Name), Seed($"{Model}/sample/{t.Name}")))];
    }

    public static string[] Names =>
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    public string Name => _json.Recording;

    public string Model => _json.Model;

    public string TorchVersion => _json.Torch;

    public float LearningRate => (float)_json.LearningRate;

    public int BatchSize => _json.Batch;

    /// <summary>Gets an example's channels, rows and columns.</summary>
    public (int Channels, int Rows, int Columns) Input => (_json.InputShape[0], _json.InputShape[1], _json.InputShape[2]);

    public int Classes => _json.Classes;

    /// <summary>Gets what every normalisation adds to its variance.</summary>
    public float Epsilon => (float)_json.Epsilon;

    /// <summary>Gets the mean loss of each step's batch, before the step.</summary>
    public double[] Losses => _json.Losses;

    /// <summary>Gets the losses of the same run in float64.</summary>
    public double[] Losses64 => _json.Losses64;

    /// <summary>Gets the most that a loss was off the float64 run's, in any float32 run.</summary>
    public double FarthestLoss64 => _json.LossDistance64[1];

    /// <summary>Gets parameters and running statistics, layer after layer.</summary>
    public RecordedTensor[] Tensors { get; }

    /// <summary>Gets the trained parameters, in the same order.</summary>
    public TrainedTensor[] Trained { get; }

    /// <summary>Gets each step's labels.</summary>
    public int[][] Labels { get; }

    /// <summary>Gets the hash of each step's inputs.</summary>
    public string[] InputChecksums { get; }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "recordings");

    public static RecordedRun Load(string name)
    {
        RunJson run = Read(name);
        return new RecordedRun(run, run.Model == name ? run : Read(run.Model));
    }

    /// <summary>What a tensor starts from.</summary>
    public float[] Start(RecordedTensor tensor)
    {
        (float centre, float spread) = tensor.Kind switch
        {
            "bn.weight" => (1f, 0.2f),
            "bn.bias" or "bn.running_mean" => (0f, 0.1f),
            "bn.running_var" => (1f, 0.3f),
            "conv.bias" or "linear.bias" => (0f, 0.1f),
            _ => (0f, (float)(_json.WeightScale * Math.Sqrt(6.0 / (tensor.Count / tensor.Shape[0])))),
        };
        return [.. TestData.Values(tensor.Count, Seed($"{Model}/{tensor.Name}")).Select(v => centre + (spread * v))];
    }

    /// <summary>A step's inputs, example after example.</summary>
    public float[] Inputs(int step) =>
        [.. Enumerable.Range(0, BatchSize).SelectMany(n => TestData.Values(Input.Channels * Input.Rows * Input.Columns, Seed($"{Model}/input/{step}/{n}")))];

    /// <summary>A step's inputs, example after example, each as [rows, columns, channels].</summary>
    public float[] InputsChannelsLast(int step) => ToChannelsLast(Inputs(step), Input.Channels, Input.Rows * Input.Columns);

    /// <summary>The labels that the formula gives; <see cref="Labels"/> has those that were trained on.</summary>
    public int[] LabelsByFormula(int step) => TestData.Labels(BatchSize, Classes, Seed($"{Model}/label/{step}"));

    /// <summary>[n, channels, positions] to [n, positions, channels], for as many n as there are values.</summary>
    /// <remarks>
    /// For examples; for a convolution's weights, with its inputs as the channels; for a depthwise one's, with its outputs as the channels
    /// (n is 1); and for the weights of a linear layer on a flattened image, with that image's channels.
    /// Once more, with the outputs as the channels and the rest as the positions, makes the outputs of weights last.
    /// </remarks>
    public static float[] ToChannelsLast(ReadOnlySpan<float> values, int channels, int positions) => Transpose(values, channels, positions);

    /// <summary>[n, positions, channels] to [n, channels, positions]: undoes <see cref="ToChannelsLast"/>.</summary>
    public static float[] ToTorchOrder(ReadOnlySpan<float> values, int channels, int positions) => Transpose(values, positions, channels);

    private static float[] Transpose(ReadOnlySpan<float> values, int rows, int columns)
    {
        float[] result = new float[values.Length];
        int size = rows * columns;
        for (int i = 0; i < values.Length; i++)
        {
            (int row, int column) = Math.DivRem(i % size, columns);
            result[i - (i % size) + (column * rows) + row] = values[i];
        }

        return result;
    }

    /// <summary>64-bit FNV-1a of a name's UTF-8 bytes.</summary>
    private static ulong Seed(string name) =>
        Encoding.UTF8.GetBytes(name).Aggregate(14695981039346656037, (hash, b) => (hash ^ b) * 1099511628211);

    private static RunJson Read(string name) =>
        JsonSerializer.Deserialize<RunJson>(File.ReadAllText(Path.Combine(Folder, name + ".json")), JsonSerializerOptions.Web)!;

    /// <param name="Name">Torch's name.</param>
    /// <param name="Kind">conv, depthwise, linear or bn, a dot, and the last part of the name.</param>
    /// <param name="Checksum">The hash of what it starts from.</param>
    internal sealed record RecordedTensor(string Name, string Kind, int[] Shape, string Checksum)
    {
        public int Count => Shape.Aggregate(1, (a, b) => a * b);
    }

    /// <summary>What became of a parameter.</summary>
    internal sealed class TrainedTensor(TrainedJson json, RecordedTensor tensor, ulong sampleSeed)
    {
        public RecordedTensor Tensor => tensor;

        public string Name => tensor.Name;

        public double SumOfSquares => json.Squares[0];

        public double SumOfSquares64 => json.Squares[1];

        /// <summary>Gets the L2 norm of its change from the start.</summary>
        public double Change => json.Change[0];

        public double Change64 => json.Change[1];

        /// <summary>Gets the L2 distance between what the float32 run and the float64 run made of it.</summary>
        public double Distance64 => json.Distance64[0];

        /// <summary>Gets the farthest that any float32 run was off the float64 run: the recorded one, and six from parameters off by a rounding.</summary>
        public double Farthest64 => json.Distance64[1];

        /// <summary>Gets where <see cref="Values"/> were taken: one in each of as many equal parts.</summary>
        public int[] Indices =>
            [.. Enumerable.Range(0, Values.Length).Select(i => Part(i) + (int)(SplitMix64.At(sampleSeed, (ulong)i) % (ulong)(Part(i + 1) - Part(i))))];

        public float[] Values => json.Values;

        public double[] Values64 => [.. json.Values.Zip(json.Offsets64, (v, offset) => v + (offset * 1e-11))];

        private int Part(int i) => (int)((long)i * tensor.Count / Values.Length);
    }

    internal sealed record TrainedJson(string Name, double[] Squares, double[] Change, double[] Distance64, float[] Values, long[] Offsets64);

    private sealed record RunJson(
        string Recording,
        string Model,
        string Torch,
        double LearningRate,
        double WeightScale,
        int Batch,
        int[] InputShape,
        int Classes,
        double Epsilon,
        double[] Losses,
        double[] Losses64,
        double[] LossDistance64,
        int[][]? Labels,
        string[]? InputChecksums,
        RecordedTensor[]? Tensors,
        TrainedJson[] Trained);
}
