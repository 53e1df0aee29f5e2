using System.Globalization;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

public sealed partial class NetworkBuilder
{
    private const int MaxPlaces = 256;

    /// <summary>Adds a linear layer: y = x * W + b, with blocks <c>name.weight</c> of shape [inputs, outputs] and <c>name.bias</c> of shape [outputs].</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="outputs">The number of values it makes per example, at least 1.</param>
    /// <param name="bias">Whether it has a bias.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">
    /// The name is blank or taken, there is no output, the input is an image, or the network's parameters would exceed the largest array.
    /// </exception>
    public NetworkBuilder Linear(string name, int outputs, bool bias = true)
    {
        _graph.Claim(name);
        CheckPositive(name, "outputs", outputs);
        if (Shape.Pixels > 1)
        {
            throw Wrong(name, $"takes a vector, but {Shape} arrives; put Flatten or a global pool before it");
        }

        int inputs = Shape.Channels;
        _graph.Count(name, ((long)inputs * outputs) + (bias ? outputs : 0));
        ImageShape image = _image ?? Shape;
        Shape = new ImageShape(1, 1, outputs);
        return Append(new Convolution(name, _value, NewValue(name), ConvolutionShape.Linear(inputs, outputs), bias)
        {
            WeightShape = [inputs, outputs],
            WeightView = image.Pixels > 1 ? [image.Height, image.Width, image.Channels, outputs] : [inputs, outputs],
            WeightFileShape = [outputs, inputs],
        });
    }

    /// <summary>Adds a convolution, with blocks <c>name.weight</c> of shape [kernel rows, kernel columns, channels per group, filters] and <c>name.bias</c>.</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="filters">The number of output channels, at least 1.</param>
    /// <param name="kernel">The kernel's height and width.</param>
    /// <param name="stride">The step between outputs; 1 if not given.</param>
    /// <param name="padding">The rows above and below, and columns left and right, of zeros.</param>
    /// <param name="groups">The number of groups that channels and filters are divided into, each seeing only its own.</param>
    /// <param name="bias">Whether it has a bias; none is needed before a normalisation.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, a size is out of range, the kernel does not fit the image, or the groups do not divide the channels.</exception>
    public NetworkBuilder Conv(string name, int filters, Size kernel, Size? stride = null, Size padding = default, int groups = 1, bool bias = true)
    {
        _graph.Claim(name);
        CheckPositive(name, "filters", filters);
        CheckPositive(name, "groups", groups);
        if (Shape.Channels % groups != 0 || filters % groups != 0)
        {
            throw Wrong(name, $"has {groups} groups, which do not divide {Shape.Channels} channels and {filters} filters");
        }

        ConvolutionShape shape = Window(name, filters, kernel, stride ?? 1, padding, groups);
        if (groups > 1 && groups == Shape.Channels && filters == groups)
        {
            return AppendDepthwise(name, shape, bias);
        }

        _graph.Count(name, ((long)shape.WeightRows * filters) + (bias ? filters : 0));
        int[] weights = [kernel.Height, kernel.Width, shape.GroupChannels, filters];
        return Append(new Convolution(name, _value, NewImage(name, shape), shape, bias)
        {
            WeightShape = weights,
            WeightView = weights,
            WeightFileShape = [filters, shape.GroupChannels, kernel.Height, kernel.Width],
        });
    }

    /// <summary>Adds a convolution along a sequence, an image of height 1, with a weight of shape [kernel, channels, filters].</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="filters">The number of output channels, at least 1.</param>
    /// <param name="kernel">The kernel's length.</param>
    /// <param name="stride">The step between outputs.</param>
    /// <param name="padding">The number of zeros before and after.</param>
    /// <param name="bias">Whether it has a bias.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, a size is out of range, the input is an image, or the kernel does not fit.</exception>
    public NetworkBuilder Conv1D(string name, int filters, int kernel, int stride = 1, int padding = 0, bool bias = true)
    {
        _graph.Claim(name);
        CheckPositive(name, "filters", filters);
        if (Shape.Height > 1)
        {
            throw Wrong(name, $"takes a sequence of height 1, but {Shape} arrives; use Conv for images");
        }

        ConvolutionShape shape = Window(name, filters, (1, kernel), (1, stride), (0, padding), groups: 1);
        _graph.Count(name, ((long)shape.WeightRows * filters) + (bias ? filters : 0));
        int[] weights = [kernel, Shape.Channels, filters];
        int[] file = [filters, Shape.Channels, kernel];
        return Append(new Convolution(name, _value, NewImage(name, shape), shape, bias) { WeightShape = weights, WeightView = weights, WeightFileShape = file });
    }

    /// <summary>Adds a convolution of every channel with a kernel of its own; its weight has shape [kernel rows, kernel columns, 1, channels].</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="kernel">The kernel's height and width.</param>
    /// <param name="stride">The step between outputs; 1 if not given.</param>
    /// <param name="padding">The rows above and below, and columns left and right, of zeros.</param>
    /// <param name="bias">Whether it has a bias.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, a size is out of range, or the kernel does not fit the image.</exception>
    public NetworkBuilder DepthwiseConv(string name, Size kernel, Size? stride = null, Size padding = default, bool bias = true)
    {
        _graph.Claim(name);
        return AppendDepthwise(name, Window(name, Shape.Channels, kernel, stride ?? 1, padding, Shape.Channels), bias);
    }

    /// <summary>Adds batch normalisation, with blocks <c>weight</c> and <c>bias</c> (trainable) and <c>running_mean</c> and <c>running_var</c> (not).</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="epsilon">The value that is added to the variance; positive.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or epsilon is not positive.</exception>
    public NetworkBuilder BatchNorm(string name, double epsilon = 1e-5)
    {
        _graph.Claim(name);
        CheckNotFlattened(name);
        CheckEpsilon(name, epsilon);
        _graph.Count(name, 4L * Shape.Channels);
        return Append(new BatchNorm(name, _value, NewValue(name), epsilon));
    }

    /// <summary>Adds group normalisation (Wu and He, ECCV 2018): mean and variance per example and group of channels, with blocks <c>weight</c> and <c>bias</c>.</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="groups">The number of groups; divides the channels.</param>
    /// <param name="epsilon">The value that is added to the variance; positive.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, the groups do not divide the channels, or epsilon is not positive.</exception>
    public NetworkBuilder GroupNorm(string name, int groups, double epsilon = 1e-5)
    {
        _graph.Claim(name);
        CheckNotFlattened(name);
        CheckEpsilon(name, epsilon);
        CheckPositive(name, "groups", groups);
        if (Shape.Channels % groups != 0)
        {
            throw Wrong(name, $"has {groups} groups, which do not divide {Shape.Channels} channels");
        }

        _graph.Count(name, 2L * Shape.Channels);
        return Append(new GroupNorm(name, _value, NewValue(name), groups, epsilon));
    }

    /// <summary>Adds a ReLU: y = max(0, x), computed in place.</summary>
    /// <param name="name">The layer's name; null to name it after the layer before, such as <c>fc1.relu</c>.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder Relu(string? name = null) => Masked(name, "relu", MaskedActivationKind.Relu);

    /// <summary>Adds a ReLU6: y = min(max(0, x), 6).</summary>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder Relu6(string? name = null) => Masked(name, "relu6", MaskedActivationKind.Relu6);

    /// <summary>Adds a leaky ReLU: y = x if x is positive, slope * x otherwise.</summary>
    /// <param name="slope">The slope below 0.</param>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or the slope is not finite.</exception>
    public NetworkBuilder LeakyRelu(float slope = 0.01f, string? name = null)
    {
        if (!float.IsFinite(slope))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A slope of {slope} is not finite."), nameof(slope));
        }

        return Masked(name, "leaky", MaskedActivationKind.LeakyRelu, slope);
    }

    /// <summary>Adds an h-swish: y = x * min(max(0, x + 3), 6) / 6.</summary>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder HardSwish(string? name = null) => Smooth(name, "hswish", SmoothActivationKind.HardSwish);

    /// <summary>Adds a sigmoid: y = 1 / (1 + exp(-x)).</summary>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder Sigmoid(string? name = null) => Smooth(name, "sigmoid", SmoothActivationKind.Sigmoid);

    /// <summary>Adds a hyperbolic tangent.</summary>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder Tanh(string? name = null) => Smooth(name, "tanh", SmoothActivationKind.Tanh);

    /// <summary>Adds a maximum over windows.</summary>
    /// <param name="window">The window's height and width.</param>
    /// <param name="stride">The step between windows; the window's size if not given.</param>
    /// <param name="padding">Rows and columns around the image that never are the maximum; at most half the window.</param>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or the window does not fit the image.</exception>
    public NetworkBuilder MaxPool(Size window, Size? stride = null, Size padding = default, string? name = null)
    {
        string claimed = Claim(name, "maxpool");
        PoolingShape shape = Pool(claimed, window, stride ?? window, padding);
        if (window.Height * (long)window.Width > MaxPlaces)
        {
            throw Wrong(claimed, $"pools windows of {window}, but the place of a maximum is kept in a byte; pool at most {MaxPlaces} values at once, twice if need be");
        }

        return Append(new MaxPooling(claimed, _value, NewImage(claimed, shape.OutputHeight, shape.OutputWidth), shape));
    }

    /// <summary>Adds a mean over windows; padding counts as zeros.</summary>
    /// <param name="window">The window's height and width.</param>
    /// <param name="stride">The step between windows; the window's size if not given.</param>
    /// <param name="padding">Rows and columns of zeros around the image; at most half the window.</param>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or the window does not fit the image.</exception>
    public NetworkBuilder AveragePool(Size window, Size? stride = null, Size padding = default, string? name = null)
    {
        string claimed = Claim(name, "avgpool");
        PoolingShape shape = Pool(claimed, window, stride ?? window, padding);
        return Append(new AveragePooling(claimed, _value, NewImage(claimed, shape.OutputHeight, shape.OutputWidth), shape));
    }

    /// <summary>Adds the mean over the whole image: a vector of one value per channel.</summary>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public NetworkBuilder GlobalAveragePool(string? name = null)
    {
        string claimed = Claim(name, "pool");
        int pixels = Shape.Pixels;
        Shape = new ImageShape(1, 1, Shape.Channels);
        return Append(new GlobalPooling(claimed, _value, NewValue(claimed), pixels));
    }

    /// <summary>Adds dropout: while training each value is 0 with the given probability, and the others grow so that the mean stays.</summary>
    /// <param name="rate">The probability, in [0, 1); applied in steps of 1 / 65536.</param>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <remarks>Nothing is saved for the backward pass: the dropped values follow from the seed. Evaluation drops nothing.</remarks>
    /// <exception cref="ArgumentException">The name is blank or taken, or the rate is out of range.</exception>
    public NetworkBuilder Dropout(float rate, string? name = null)
    {
        string claimed = Claim(name, "dropout");
        if (!(rate >= 0 && rate < 1))
        {
            throw Wrong(claimed, string.Create(CultureInfo.InvariantCulture, $"drops a share of {rate}; rates lie in [0, 1)"));
        }

        return Append(new Dropout(claimed, _value, NewValue(claimed), rate));
    }

    private NetworkBuilder AppendDepthwise(string name, ConvolutionShape shape, bool bias)
    {
        _graph.Count(name, shape.WeightCount + (bias ? shape.Channels : 0L));
        return Append(new DepthwiseConvolution(name, _value, NewImage(name, shape), shape, bias));
    }

    private NetworkBuilder Masked(string? name, string suffix, MaskedActivationKind kind, float slope = 0)
    {
        string claimed = Claim(name, suffix);
        return Append(new MaskedActivation(claimed, _value, NewValue(claimed), kind, slope));
    }

    private NetworkBuilder Smooth(string? name, string suffix, SmoothActivationKind kind)
    {
        string claimed = Claim(name, suffix);
        return Append(new SmoothActivation(claimed, _value, NewValue(claimed), kind));
    }

    private Value NewImage(string name, ConvolutionShape shape)
    {
        Shape = new ImageShape(shape.OutputHeight, shape.OutputWidth, shape.Filters);
        return NewValue(name);
    }

    private Value NewImage(string name, int height, int width)
    {
        Shape = Shape with { Height = height, Width = width };
        return NewValue(name);
    }

    private ConvolutionShape Window(string name, int filters, Size kernel, Size stride, Size padding, int groups)
    {
        CheckWindow(name, "kernel", kernel, stride, padding);
        if ((Shape.Width + (2L * padding.Width)) * Math.Max(Shape.Channels, filters) > Array.MaxLength)
        {
            throw Wrong(name, $"makes rows of {Shape.Width} columns, a padding of {padding} and {Math.Max(Shape.Channels, filters)} channels: more than {Array.MaxLength} values");
        }

        return new ConvolutionShape(
            Shape.Height, Shape.Width, Shape.Channels, filters, kernel.Height, kernel.Width, stride.Height, stride.Width, padding.Height, padding.Width, groups);
    }

    private PoolingShape Pool(string name, Size window, Size stride, Size padding)
    {
        CheckWindow(name, "window", window, stride, padding);
        if (2 * padding.Height > window.Height || 2 * padding.Width > window.Width)
        {
            throw Wrong(name, $"pads by {padding}, more than half its window of {window}");
        }

        return new PoolingShape(
            Shape.Height, Shape.Width, Shape.Channels, window.Height, window.Width, stride.Height, stride.Width, padding.Height, padding.Width);
    }

    private void CheckWindow(string name, string what, Size window, Size stride, Size padding)
    {
        CheckPositive(name, $"{what} rows and columns", Math.Min(window.Height, window.Width));
        CheckPositive(name, "rows and columns of stride", Math.Min(stride.Height, stride.Width));
        if (padding.Height < 0 || padding.Width < 0 || padding.Height >= 1 << 16 || padding.Width >= 1 << 16)
        {
            throw Wrong(name, $"pads by {padding}; padding is not negative and below 65536");
        }

        if (window.Height > Shape.Height + (2 * padding.Height) || window.Width > Shape.Width + (2 * padding.Width))
        {
            throw Wrong(name, $"has a {what} of {window}, which does not fit {Shape} with a padding of {padding}");
        }
    }

    private void CheckNotFlattened(string name)
    {
        if (_image is { } image)
        {
            throw Wrong(name, $"normalises a flattened image of {image}, whose values lie in another order in files than here; put it before Flatten");
        }
    }

    private static void CheckPositive(string name, string what, int value)
    {
        if (value < 1)
        {
            throw Wrong(name, $"has {value} {what}; give it at least one");
        }
    }

    private static void CheckEpsilon(string name, double epsilon)
    {
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
        {
            throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"has an epsilon of {epsilon}; it is positive"));
        }
    }
}
