using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Ftte.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Authentication.Certificate;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Ftte.AspNetCore;

/// <summary>Configures the authentication of devices by the certificates of the authority.</summary>
internal sealed class DeviceCertificates(CertificateAuthority authority, DeviceDirectory directory) : IConfigureNamedOptions<CertificateAuthenticationOptions>
{
    public void Configure(string? name, CertificateAuthenticationOptions options)
    {
        if (name != CertificateAuthenticationDefaults.AuthenticationScheme)
        {
            return;
        }

        options.AllowedCertificateTypes = CertificateTypes.Chained;
        options.ChainTrustValidationMode = X509ChainTrustMode.CustomRootTrust;
        options.CustomTrustStore = [authority.Certificate];

        // The directory knows what was revoked.
        options.RevocationMode = X509RevocationMode.NoCheck;
        options.Events = new CertificateAuthenticationEvents
        {
            OnCertificateValidated = context =>
            {
                Validate(context);
                return Task.CompletedTask;
            },
            OnAuthenticationFailed = context =>
            {
                Refuse(context.HttpContext, "certificate-invalid", "The certificate was not issued by this server's authority, or it has expired. Enroll the device.");
                return Task.CompletedTask;
            },
        };
    }

    public void Configure(CertificateAuthenticationOptions options) => Configure(Options.DefaultName, options);

    /// <summary>Keeps the reason of a refusal for the answer. The failure that follows a refusal does not replace its reason.</summary>
    private static void Refuse(HttpContext context, string reason, string detail) =>
        context.Items.TryAdd(typeof(ProblemException), new ProblemException(StatusCodes.Status403Forbidden, reason, detail));

    private void Validate(CertificateValidatedContext context)
    {
        EnrolledDevice? device = directory.Find(context.ClientCertificate);
        if (device is null)
        {
            Refuse(context.HttpContext, "certificate-replaced", "The device has enrolled again with another certificate, or is unknown. Use its latest certificate, or enroll it.");
            context.Fail("The certificate belongs to no device.");
        }
        else if (device.IsRevoked)
        {
            Refuse(context.HttpContext, "certificate-revoked", $"The device '{device.Client}' was revoked. It can take part again after it has enrolled with a token for this ID.");
            context.Fail("The device was revoked.");
        }
        else
        {
            Claim[] claims = [new(ClaimTypes.NameIdentifier, device.Client.Value), new(ClaimTypes.Name, device.Client.Value)];
            context.Principal = new ClaimsPrincipal(new ClaimsIdentity(claims, context.Scheme.Name));
            context.Success();
        }
    }
}
