using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

public sealed partial class NetworkBuilder
{
    private const int MaxPlaces = 256;

    /// <summary>Adds max pooling: the maximum over windows.</summary>
    /// <param name="window">The window's height and width.</param>
    /// <param name="stride">The step between windows; the window's size if not specified.</param>
    /// <param name="padding">The rows and columns around the image, which are never the maximum; at most half the window.</param>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or the window does not fit the image.</exception>
    public NetworkBuilder MaxPool(Size window, Size? stride = null, Size padding = default, string? name = null)
    {
        string claimed = Claim(name, "maxpool");
        PoolingShape shape = Pool(claimed, window, stride ?? window, padding);
        if (window.Height * (long)window.Width > MaxPlaces)
        {
            throw Wrong(claimed, $"pools windows of {window}, but the position of a maximum is stored in a byte. Use windows of at most {MaxPlaces} values, and pool twice if necessary");
        }

        return Append(new MaxPooling(claimed, _value, NewImage(claimed, shape.OutputHeight, shape.OutputWidth), shape));
    }

    /// <summary>Adds average pooling: the mean over windows. Padding counts as zeros.</summary>
    /// <param name="window">The window's height and width.</param>
    /// <param name="stride">The step between windows; the window's size if not specified.</param>
    /// <param name="padding">The rows and columns of zeros around the image; at most half the window.</param>
    /// <param name="name">The layer's name; null to name it after the layer before.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, or the window does not fit the image.</exception>
    public NetworkBuilder AveragePool(Size window, Size? stride = null, Size padding = default, string? name = null)
    {
        string claimed = Claim(name, "avgpool");
        PoolingShape shape = Pool(claimed, window, stride ?? window, padding);
        return Append(new AveragePooling(claimed, _value, NewImage(claimed, shape.OutputHeight, shape.OutputWidth), shape));
    }

    /// <summary>Adds global average pooling: the mean over the whole image, a vector with one value per channel.</summary>
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

    private PoolingShape Pool(string name, Size window, Size stride, Size padding)
    {
        CheckWindow(name, "window", window, stride, padding);
        if (2 * padding.Height > window.Height || 2 * padding.Width > window.Width)
        {
            throw Wrong(name, $"pads by {padding}, more than half its window of {window}. Use less padding");
        }

        return new PoolingShape(
            Shape.Height, Shape.Width, Shape.Channels, window.Height, window.Width, stride.Height, stride.Width, padding.Height, padding.Width);
    }
}
