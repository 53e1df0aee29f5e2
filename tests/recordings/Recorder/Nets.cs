using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ftte.Recorder;

/// <summary>The nets that Ftte.TinyEngine is compared on.</summary>
internal static class Nets
{
    public static (Module<Tensor, Tensor> Net, long[] Shape, int Classes) Create(string name) => name switch
    {
        "cnn" => (Cnn(), [3, 32, 32], 10),
        "resnet8" => (ResNet([16, 32, 64], 1), [3, 32, 32], 10),
        "dscnn" => (DsCnn(), [1, 49, 10], 12),
        "mobilenetv2-0.35" => (MobileNetV2(), [3, 32, 32], 10),
        _ => throw new ArgumentException($"unknown model {name}"),
    };

    private static Sequential Cnn() => Sequential(
        Conv2d(3, 32, 3, padding: 1), ReLU(), MaxPool2d(2),
        Conv2d(32, 64, 3, padding: 1), ReLU(), MaxPool2d(2),
        Conv2d(64, 64, 3, padding: 1), ReLU(), MaxPool2d(2),
        Flatten(), Linear(1024, 64), ReLU(), Linear(64, 10));

    private static Sequential ResNet(int[] widths, int blocks)
    {
        var layers = new List<Module<Tensor, Tensor>> { Conv2d(3, widths[0], 3, padding: 1, bias: false), BatchNorm2d(widths[0]), ReLU() };
        int channels = widths[0];
        foreach (var (width, stage) in widths.Select((w, i) => (w, i)))
        {
            for (int b = 0; b < blocks; b++)
            {
                layers.Add(new Residual(channels, width, stage > 0 && b == 0 ? 2 : 1));
                channels = width;
            }
        }

        layers.AddRange([AdaptiveAvgPool2d(1), Flatten(), Linear(channels, 10)]);
        return Sequential(layers);
    }

    private static Sequential DsCnn()
    {
        var layers = new List<Module<Tensor, Tensor>> { Conv2d(1, 64, (10, 4), (2, 2), (5, 1), bias: false), BatchNorm2d(64), ReLU() };
        for (int i = 0; i < 4; i++)
        {
            layers.AddRange(
            [
                Conv2d(64, 64, 3, padding: 1, groups: 64, bias: false), BatchNorm2d(64), ReLU(),
                Conv2d(64, 64, 1, bias: false), BatchNorm2d(64), ReLU(),
            ]);
        }

        layers.AddRange([AdaptiveAvgPool2d(1), Flatten(), Linear(64, 12)]);
        return Sequential(layers);
    }

    private static Sequential MobileNetV2()
    {
        var layers = new List<Module<Tensor, Tensor>> { Conv2d(3, 16, 3, stride: 1, padding: 1, bias: false), BatchNorm2d(16), ReLU6() };
        int channels = 16;
        foreach (var (expand, width, count, stride) in new[] { (1, 8, 1, 1), (6, 8, 2, 1), (6, 16, 3, 2), (6, 24, 4, 2), (6, 32, 3, 1), (6, 56, 3, 2), (6, 112, 1, 1) })
        {
            for (int i = 0; i < count; i++)
            {
                layers.Add(new Inverted(channels, width, i == 0 ? stride : 1, expand));
                channels = width;
            }
        }

        layers.AddRange([AdaptiveAvgPool2d(1), Flatten(), Linear(channels, 10)]);
        return Sequential(layers);
    }
}

internal sealed class Residual : Module<Tensor, Tensor>
{
    // Their names become part of the names of the tensors.
    private readonly Sequential body;
    private readonly Sequential? skip;

    public Residual(int inputs, int outputs, int stride)
        : base("residual")
    {
        body = Sequential(
            Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false), BatchNorm2d(outputs), ReLU(),
            Conv2d(outputs, outputs, 3, padding: 1, bias: false), BatchNorm2d(outputs));
        skip = stride != 1 || inputs != outputs ? Sequential(Conv2d(inputs, outputs, 1, stride: stride, bias: false), BatchNorm2d(outputs)) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => functional.relu(body.call(x) + (skip is null ? x : skip.call(x)));
}

internal sealed class Inverted : Module<Tensor, Tensor>
{
    private readonly Sequential body;
    private readonly bool add;

    public Inverted(int inputs, int outputs, int stride, int expand)
        : base("inverted")
    {
        int hidden = inputs * expand;
        var layers = new List<Module<Tensor, Tensor>>();
        if (expand != 1)
        {
            layers.AddRange([Conv2d(inputs, hidden, 1, bias: false), BatchNorm2d(hidden), ReLU6()]);
        }

        layers.AddRange(
        [
            Conv2d(hidden, hidden, 3, stride: stride, padding: 1, groups: hidden, bias: false), BatchNorm2d(hidden), ReLU6(),
            Conv2d(hidden, outputs, 1, bias: false), BatchNorm2d(outputs),
        ]);
        body = Sequential(layers);
        add = stride == 1 && inputs == outputs;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => add ? x + body.call(x) : body.call(x);
}
