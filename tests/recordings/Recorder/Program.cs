// Trains each net for ten steps in float32 and in float64 and writes what came out. See ../README.md.
// usage: Recorder FOLDER [recording=learningRate ...]
using System.Globalization;
using System.Text;
using Ftte.Recorder;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

const int Batch = 8;
const int Steps = 10;
const int NudgedRuns = 6;
const float MachineEpsilon = 1f / (1 << 23);
set_num_threads(1);

// Rates that move the losses and do not amplify rounding; MobileNetV2 with full-sized weights did, at every rate tried.
Plan[] plans =
[
    new("cnn", LearningRate: 0.002, WeightScale: 1, Samples: 32),
    new("resnet8", LearningRate: 0.01, WeightScale: 1, Samples: 32),
    new("resnet8-last-third", LearningRate: 0.01, WeightScale: 1, Samples: 32),
    new("dscnn", LearningRate: 0.02, WeightScale: 1, Samples: 32),
    new("mobilenetv2-0.35", LearningRate: 0.002, WeightScale: 0.75, Samples: 8),
    new("mobilenetv2-0.35-last-third", LearningRate: 0.01, WeightScale: 0.75, Samples: 8),
];
foreach (string change in args.Skip(1))
{
    int at = Array.FindIndex(plans, p => p.Recording == change.Split('=')[0]);
    plans[at] = plans[at] with { LearningRate = double.Parse(change.Split('=')[1], CultureInfo.InvariantCulture) };
}

foreach (Plan plan in plans)
{
    Run single = Train(plan, ScalarType.Float32);
    Run exact = Train(plan, ScalarType.Float64);
    Run[] all = [single, .. Enumerable.Range(1, NudgedRuns).Select(n => Train(plan, ScalarType.Float32, n))];
    File.WriteAllText(Path.Combine(args[0], plan.Recording + ".json"), Json(plan, single, exact, all));
    Console.Error.WriteLine($"{plan.Recording}: {string.Join(" ", single.Losses.Select(l => l.ToString("F4", CultureInfo.InvariantCulture)))}");
    foreach (Run run in all)
    {
        double[] apart = [.. run.Trained.Keys.Select(k => Distance(run.Trained[k], exact.Trained[k]) / Distance(exact.Trained[k], exact.Start(k))).Order()];
        Console.Error.WriteLine(FormattableString.Invariant(
            $"  apart from float64: losses {LossDistance(run, exact):G2}, parameters relative to their change {apart[^1]:G2}, in the median tensor {apart[apart.Length / 2]:G2}"));
    }
}

// nudge > 0: the same from parameters that are off by about one rounding each, to see how far rounding carries.
static Run Train(Plan plan, ScalarType type, int nudge = 0)
{
    string model = plan.Model;
    using var scope = NewDisposeScope();
    var (net, shape, classes) = Nets.Create(model);
    net.eval(); // frozen normalisation statistics, as on a device
    var tensors = new List<StartTensor>();
    foreach (var (name, kind, tensor) in Tensors(net))
    {
        using var none = no_grad();
        using Tensor start = torch.tensor(Formulas.Start(model, name, kind, tensor.shape, plan.WeightScale), tensor.shape);
        tensor.copy_(start);
        tensors.Add(new(name, kind, tensor.shape, tensor.data<float>().ToArray()));
        if (nudge > 0 && tensor.requires_grad)
        {
            tensor.mul_(1 + (MachineEpsilon * torch.tensor(Formulas.Inputs($"nudge/{nudge}/{name}", 0, 1, (int)tensor.numel()), tensor.shape)));
        }
    }

    var parameters = net.named_parameters().ToArray();
    if (!parameters.Select(p => p.name).SequenceEqual(tensors.Where(t => !t.Kind.Contains("running", StringComparison.Ordinal)).Select(t => t.Name)))
    {
        throw new InvalidOperationException("the tensors are not in the order of the net's own parameters");
    }

    if (plan.LastThird)
    {
        long left = parameters.Sum(p => p.parameter.numel()) / 3;
        for (int i = parameters.Length - 1; i >= 0; i--)
        {
            parameters[i].parameter.requires_grad = left > 0;
            left -= parameters[i].parameter.numel();
        }
    }

    net.to(type);
    parameters = [.. net.named_parameters()];
    var optimizer = optim.SGD(parameters.Select(p => p.parameter).Where(p => p.requires_grad).ToArray(), plan.LearningRate);
    var loss = CrossEntropyLoss();
    var run = new Run { Shape = shape, Classes = classes, Tensors = tensors };
    for (int step = 0; step < Steps; step++)
    {
        using var inner = NewDisposeScope();
        float[] inputs = Formulas.Inputs(model, step, Batch, (int)shape.Aggregate(1L, (a, b) => a * b));
        long[] labels = Formulas.Labels(model, step, Batch, classes);
        Tensor x = torch.tensor(inputs, [Batch, .. shape]);
        run.InputChecksums.Add(Formulas.Checksum(x.data<float>().ToArray()));
        run.Labels.Add(labels);
        optimizer.zero_grad();
        Tensor l = loss.call(net.call(x.to(type)), torch.tensor(labels));
        l.backward();
        optimizer.step();
        run.Losses.Add(l.to(ScalarType.Float64).item<double>());
    }

    foreach (var (name, parameter) in parameters)
    {
        double[] values = parameter.to(ScalarType.Float64).data<double>().ToArray();
        if (parameter.requires_grad)
        {
            run.Trained.Add(name, values);
        }
        else if (nudge == 0 && Distance(values, run.Start(name)) != 0)
        {
            throw new InvalidOperationException($"{name} is not trained and changed");
        }
    }

    if (parameters.Any(p => p.parameter.dtype != type))
    {
        throw new InvalidOperationException($"not every parameter is {type}");
    }

    foreach (var (name, kind, tensor) in Tensors(net).Where(t => t.Kind.Contains("running", StringComparison.Ordinal)))
    {
        if (Distance(tensor.to(ScalarType.Float64).data<double>().ToArray(), run.Start(name)) != 0)
        {
            throw new InvalidOperationException($"{name} changed");
        }
    }

    return run;
}

// Layer after layer; of a layer, its weight and bias before its running statistics.
static IEnumerable<(string Name, string Kind, Tensor Tensor)> Tensors(Module module, string path = "")
{
    string? layer = module switch
    {
        Conv2d c => c.groups > 1 ? "depthwise" : "conv",
        BatchNorm2d _ => "bn",
        Linear _ => "linear",
        _ => null,
    };
    if (layer is not null)
    {
        foreach (var (name, tensor) in module.named_parameters(recurse: false))
        {
            yield return ($"{path}{name}", $"{layer}.{name}", tensor);
        }

        foreach (var (name, tensor) in module.named_buffers(recurse: false).Where(b => b.buffer.is_floating_point()))
        {
            yield return ($"{path}{name}", $"{layer}.{name}", tensor);
        }
    }

    foreach (var found in module.named_children().SelectMany(child => Tensors(child.module, $"{path}{child.name}.")))
    {
        yield return found;
    }
}

static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

static double LossDistance(Run run, Run exact) => run.Losses.Zip(exact.Losses, (a, b) => Math.Abs(a - b)).Max();

static string Json(Plan plan, Run single, Run exact, Run[] all)
{
    var text = new StringBuilder();
    text.Append(CultureInfo.InvariantCulture, $$"""
        {
        "recording":"{{plan.Recording}}",
        "model":"{{plan.Model}}",
        "torch":"{{__version__}}",
        "learningRate":{{plan.LearningRate}},
        "weightScale":{{plan.WeightScale}},
        "batch":{{Batch}},
        "inputShape":{{Longs(single.Shape)}},
        "classes":{{single.Classes}},
        "epsilon":1e-05,
        "losses":{{Doubles(single.Losses)}},
        "losses64":{{Doubles(exact.Losses)}},
        "lossDistance64":{{Farthest(r => LossDistance(r, exact))}},

        """);
    if (!plan.LastThird)
    {
        text.Append(CultureInfo.InvariantCulture, $$"""
            "labels":[{{string.Join(',', single.Labels.Select(Longs))}}],
            "inputChecksums":[{{string.Join(',', single.InputChecksums.Select(c => $"\"{c}\""))}}],
            "tensors":[
            {{string.Join(",\n", single.Tensors.Select(t => $$"""{"name":"{{t.Name}}","kind":"{{t.Kind}}","shape":{{Longs(t.Shape)}},"checksum":"{{Formulas.Checksum(t.Start)}}"}"""))}}
            ],

            """);
    }

    text.Append("\"trained\":[\n").AppendJoin(",\n", single.Trained.Keys.Select(Trained)).Append("\n]\n}\n");
    return text.ToString().ReplaceLineEndings("\n");

    string Trained(string name)
    {
        double[] values = single.Trained[name], values64 = exact.Trained[name], start = single.Start(name);
        int count = Math.Min(plan.Samples, values.Length);
        int[] indices = Formulas.Samples(plan.Model, name, values.Length, count);
        return $$"""{"name":"{{name}}","squares":{{Pair(v => v.Sum(x => x * x))}},"change":{{Pair(v => Distance(v, start))}},"distance64":{{Farthest(r => Distance(r.Trained[name], values64))}},"""
            + $"\"values\":[{string.Join(',', indices.Select(i => ((float)values[i]).ToString("R", CultureInfo.InvariantCulture)))}],"
            + $"\"offsets64\":[{string.Join(',', indices.Select(i => (long)Math.Round((values64[i] - values[i]) * 1e11)))}]}}";

        string Pair(Func<double[], double> of) => $"[{Double(of(values), "G10")},{Double(of(values64), "G10")}]";
    }

    // Of the recorded run, and of the run that is farthest off when nudged ones count too.
    string Farthest(Func<Run, double> of) => $"[{Double(of(single), "G4")},{Double(all.Max(of), "G4")}]";

    static string Longs(long[] values) => $"[{string.Join(',', values)}]";

    static string Doubles(IEnumerable<double> values) => $"[{string.Join(',', values.Select(v => Double(v, "G12")))}]";

    static string Double(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

internal sealed record Plan(string Recording, double LearningRate, double WeightScale, int Samples)
{
    private const string Suffix = "-last-third";

    public bool LastThird => Recording.EndsWith(Suffix, StringComparison.Ordinal);

    public string Model => LastThird ? Recording[..^Suffix.Length] : Recording;
}

internal sealed record StartTensor(string Name, string Kind, long[] Shape, float[] Start);

internal sealed class Run
{
    public required long[] Shape { get; init; }

    public required int Classes { get; init; }

    public required List<StartTensor> Tensors { get; init; }

    public List<double> Losses { get; } = [];

    public List<long[]> Labels { get; } = [];

    public List<string> InputChecksums { get; } = [];

    /// <summary>What trained parameters became, by name, in the net's order.</summary>
    public OrderedDictionary<string, double[]> Trained { get; } = [];

    public double[] Start(string name) => [.. Tensors.Single(t => t.Name == name).Start.Select(v => (double)v)];
}
