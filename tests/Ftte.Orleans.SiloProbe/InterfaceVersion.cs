using System.Globalization;
using Orleans.Metadata;

namespace Ftte.Orleans.SiloProbe;

/// <summary>Announces the grain interfaces of Ftte.Orleans with another version, as a later release of the package would, so that a test can upgrade silos one after another.</summary>
/// <param name="version">The version.</param>
internal sealed class InterfaceVersion(int version) : IGrainInterfacePropertiesProvider
{
    public void Populate(Type interfaceType, GrainInterfaceType grainInterfaceType, Dictionary<string, string> properties)
    {
        if (interfaceType.Assembly == typeof(FtteClusterServer).Assembly)
        {
            properties[WellKnownGrainInterfaceProperties.Version] = version.ToString(CultureInfo.InvariantCulture);
        }
    }
}
